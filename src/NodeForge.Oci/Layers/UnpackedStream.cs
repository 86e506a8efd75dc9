using System.Buffers;
using System.IO.Pipelines;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layers;

/// <summary>Gives a compressed layer's bytes and unpacks them meanwhile, on a thread of its own. The last bytes are given only when they
/// unpack to what the image says.</summary>
internal sealed class UnpackedStream : ReadOnlyStream
{
    private const int Ahead = 4 << 20;
    private readonly Layer layer;
    private readonly Stream content;
    private readonly Pipe pipe = new(
        new PipeOptions(pauseWriterThreshold: Ahead, resumeWriterThreshold: Ahead / 2, useSynchronizationContext: false)
    );
    private readonly Task unpacking;
    private long left;
    private bool isEnded;
    private Digest diffId;
    private NodeForgeException? failure;

    private UnpackedStream(Layer layer, Stream content)
    {
        this.layer = layer;
        this.content = content;
        left = layer.Descriptor.Size;
        unpacking = Task.Run(Unpack);
    }

    /// <summary>The layer's bytes, held against media type and diff ID where the media type is a layer's.</summary>
    /// <param name="layer">Says what they have to unpack to.</param>
    /// <param name="content">Its bytes, which fail before they give the last of wrong ones; disposed with the result.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerMediaTypeMismatch"/>, <see cref="ErrorCodes.DiffIdMismatch"/>; while
    /// reading <see cref="ErrorCodes.LayerUnreadable"/>, too.</exception>
    public static Stream Open(Layer layer, Stream content)
    {
        if (Decompression.OfMediaType(layer.Descriptor.MediaType) is not { } stated)
            return content;
        PeekedStream peeked = new(content, Decompression.LongestMagic);
        try
        {
            LayerCompression found = Decompression.Detect(peeked.Head);
            if (found != stated)
                throw LayerFaults.NotOfItsMediaType(layer, found, stated);
            if (found != LayerCompression.None)
                return new UnpackedStream(layer, peeked);
            return layer.DiffId == layer.Descriptor.Digest ? peeked : throw LayerFaults.Another(layer, layer.Descriptor.Digest.ToString());
        }
        catch
        {
            peeked.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int read = content.Read(buffer);
        pipe.Writer.Write(buffer[..read]);
        pipe.Writer.FlushAsync().AsTask().GetAwaiter().GetResult();
        left -= read;
        if (left == 0 && !isEnded)
            Finish();
        return read;
    }

    private void Finish()
    {
        isEnded = true;
        pipe.Writer.Complete();
        unpacking.GetAwaiter().GetResult();
        if (failure is not null)
            throw LayerFaults.Unreadable(layer, failure);
        if (diffId != layer.DiffId)
            throw LayerFaults.Another(layer, diffId.ToString());
    }

    // What fails here is told where the bytes end: if they are not the layer's, that is the cause.
    private void Unpack()
    {
        using Stream packed = pipe.Reader.AsStream();
        try
        {
            using Stream plain = Decompression.Open(packed, layer.Where.ToString());
            using HashingStream hash = new(Stream.Null);
            plain.CopyTo(hash, 1 << 17);
            diffId = hash.Finish();
        }
        catch (NodeForgeException undecodable)
        {
            failure = undecodable;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pipe.Writer.Complete();
            unpacking.GetAwaiter().GetResult();
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
