using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layers;

/// <summary>Takes layers into a store: each byte is read once, hashed as it is and as it unpacks.</summary>
internal sealed class LayerIntake(BlobStore store, CancellationToken cancellationToken)
{
    private readonly Dictionary<Digest, Digest> unpacked = [];

    /// <returns>The layer in the store.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMismatch"/>, <see cref="ErrorCodes.LayerMediaTypeMismatch"/>,
    /// <see cref="ErrorCodes.LayerUnreadable"/>,
    /// <see cref="ErrorCodes.DiffIdMismatch"/>.</exception>
    public async Task<Layer> TakeAsync(Layer layer)
    {
        Descriptor expected = layer.Descriptor;
        if (!unpacked.TryGetValue(expected.Digest, out Digest diffId))
            diffId = unpacked[expected.Digest] = await ReadAsync(layer).ConfigureAwait(false);
        return diffId == layer.DiffId
            ? Layer.Of(store, expected, diffId) with
            {
                Title = layer.Title,
            }
            : throw LayerFaults.Another(layer, diffId.ToString());
    }

    /// <summary>The media type of a layer that is compressed so.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerMediaTypeMismatch"/>.</exception>
    public static string MediaTypeOf(LayerCompression compression, Location where) =>
        compression switch
        {
            LayerCompression.None => MediaTypes.Layer,
            LayerCompression.Gzip => MediaTypes.LayerGzip,
            LayerCompression.Zstd => MediaTypes.LayerZstd,
            _ => throw new NodeForgeException(
                new Diagnostic(ErrorCodes.LayerMediaTypeMismatch, "no engine unpacks layers of this compression")
                {
                    Where = where,
                    Got = compression.ToString().ToLowerInvariant(),
                    Hint = ErrorCodes.LayerMediaTypeMismatch.Remedy,
                }
            ),
        };

    private async Task<Digest> ReadAsync(Layer layer)
    {
        // What has its name in the store has its digest; only what it unpacks to is still to be found out.
        bool known = store.SizeOf(layer.Descriptor.Digest) == layer.Descriptor.Size;
        using Stream raw = await (known ? Layer.Of(store, layer.Descriptor, layer.DiffId) : layer)
            .OpenRawAsync(cancellationToken)
            .ConfigureAwait(false);
        using PeekedStream content = new(raw, Decompression.LongestMagic);
        LayerCompression found = Decompression.Detect(content.Head);
        if (Decompression.OfMediaType(layer.Descriptor.MediaType) is { } stated && stated != found)
            throw LayerFaults.NotOfItsMediaType(layer, found, stated);
        if (!known)
            return Copy(content, found, layer);
        return found == LayerCompression.None ? layer.Descriptor.Digest : Unpacked(content, Stream.Null, layer);
    }

    private Digest Copy(PeekedStream content, LayerCompression compression, Layer layer)
    {
        using BlobIngest ingest = store.BeginIngest(layer.Descriptor.Size);
        try
        {
            if (compression == LayerCompression.None)
            {
                using TeeReader reader = new(content, ingest);
                reader.Drain(cancellationToken);
                return ingest.Commit(layer.Descriptor.Digest, layer.Descriptor.Size).Digest;
            }

            NodeForgeException? undecodable = null;
            Digest diffId = default;
            try
            {
                diffId = Unpacked(content, ingest, layer);
            }
            catch (NodeForgeException failure) when (failure.Is(ErrorCodes.LayerUnreadable))
            {
                undecodable = failure;
            }

            // Bytes that were changed on the way are the cause, bytes that do not unpack only what follows from it.
            ingest.Commit(layer.Descriptor.Digest, layer.Descriptor.Size);
            return undecodable is null ? diffId : throw undecodable;
        }
        catch (NodeForgeException mismatch) when (mismatch.Is(ErrorCodes.DigestMismatch))
        {
            if (!layer.IsNamed && compression == LayerCompression.None)
                throw LayerFaults.Another(layer, mismatch.Diagnostics[0].Got?.Split(' ')[0]);
            throw new NodeForgeException(
                mismatch.Diagnostics[0] with
                {
                    Code = ErrorCodes.ImageBlobMismatch,
                    What = "the blob is not what the image names",
                    Where = layer.Where,
                    Hint = "get a whole copy of the image",
                },
                mismatch
            );
        }
    }

    private Digest Unpacked(Stream content, Stream copy, Layer layer)
    {
        using TeeReader tee = new(content, copy);
        using HashingStream plain = new(Stream.Null);
        NodeForgeException? failure = null;
        try
        {
            using Stream decoder = Decompression.Open(tee, layer.Where.ToString());
            byte[] buffer = new byte[1 << 17];
            int read;
            while ((read = decoder.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                plain.Write(buffer.AsSpan(0, read));
            }
        }
        catch (NodeForgeException undecodable) when (!undecodable.Is(ErrorCodes.DigestMismatch))
        {
            failure = LayerFaults.Unreadable(layer, undecodable);
        }

        tee.Drain(cancellationToken);
        return failure is null ? plain.Finish() : throw failure;
    }
}
