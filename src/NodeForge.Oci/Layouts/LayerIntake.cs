using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Layouts;

/// <summary>Takes layers into a store: each byte is read once, hashed as it is and as it unpacks.</summary>
internal sealed class LayerIntake(BlobStore store, CancellationToken cancellationToken)
{
    /// <summary>Takes a layer whose digest and size are known.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMismatch"/>, <see cref="ErrorCodes.LayerMediaTypeMismatch"/>, <see cref="ErrorCodes.LayerUnreadable"/>.</exception>
    public ImportedLayer Take(Func<Stream> open, Descriptor expected, Location where)
    {
        Location here = ImageTree.At(where, expected);
        if (store.SizeOf(expected.Digest) == expected.Size)
        {
            // What has its name in the store has its digest; only what it unpacks to is still to be found out.
            using FileStream known = store.OpenRead(expected.Digest);
            LayerCompression compression = Detect(known);
            CheckMediaType(expected, compression, here);
            return new(expected, compression == LayerCompression.None ? expected.Digest : Unpacked(known, Stream.Null, here));
        }

        using Stream content = open();
        CheckMediaType(expected, Detect(content), here);
        (Descriptor blob, Digest diffId) = Copy(content, expected.Digest, expected.Size, here);
        return new(expected with { Digest = blob.Digest, Size = blob.Size }, diffId);
    }

    /// <summary>Takes a layer as it is; its media type follows its bytes.</summary>
    /// <param name="content">Seekable.</param>
    /// <param name="known">Its digest, where it has been hashed before; null otherwise.</param>
    /// <param name="expected">The digest that it shall have; null takes any.</param>
    /// <exception cref="NodeForgeException">As <see cref="Take(Func{Stream}, Descriptor, Location)"/>.</exception>
    public ImportedLayer Take(Stream content, Digest? known, Digest? expected, long size, Location where)
    {
        string mediaType = MediaTypeOf(Detect(content), where);
        if (known is { } digest && store.SizeOf(digest) == size && (expected ?? digest) == digest)
            return new(new(mediaType, digest, size), mediaType == MediaTypes.Layer ? digest : Unpacked(content, Stream.Null, where));
        (Descriptor blob, Digest diffId) = Copy(content, expected, size, where);
        return new(new(mediaType, blob.Digest, blob.Size), diffId);
    }

    /// <summary>The media type of a layer that is compressed so.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerMediaTypeMismatch"/>.</exception>
    public static string MediaTypeOf(LayerCompression compression, Location where) => compression switch
    {
        LayerCompression.None => MediaTypes.Layer,
        LayerCompression.Gzip => MediaTypes.LayerGzip,
        LayerCompression.Zstd => MediaTypes.LayerZstd,
        _ => throw new NodeForgeException(new Diagnostic(ErrorCodes.LayerMediaTypeMismatch, "no engine unpacks layers of this compression") { Where = where, Got = compression.ToString().ToLowerInvariant(), Mend = ErrorCodes.LayerMediaTypeMismatch.Remedy }),
    };

    public static LayerCompression CompressionOf(Func<Stream> open)
    {
        using Stream content = open();
        return Detect(content);
    }

    private (Descriptor Blob, Digest DiffId) Copy(Stream content, Digest? expected, long size, Location where)
    {
        bool plain = Detect(content) == LayerCompression.None;
        using BlobIngest ingest = store.BeginIngest();
        if (plain)
        {
            using TeeReader reader = new(content, ingest);
            reader.Drain(cancellationToken);
            Descriptor blob = Commit(ingest, expected, size, where);
            return (blob, blob.Digest);
        }

        NodeForgeException? undecodable = null;
        Digest diffId = default;
        try
        {
            diffId = Unpacked(content, ingest, where);
        }
        catch (NodeForgeException failure) when (failure.Diagnostics[0].Code == ErrorCodes.LayerUnreadable)
        {
            undecodable = failure;
        }

        // Bytes that were changed on the way are the cause, bytes that do not unpack only what follows from it.
        Descriptor copied = undecodable is null || expected is not null ? Commit(ingest, expected, size, where) : throw undecodable;
        return undecodable is null ? (copied, diffId) : throw undecodable;
    }

    private Digest Unpacked(Stream content, Stream copy, Location where)
    {
        using TeeReader tee = new(content, copy);
        using HashingStream plain = new(Stream.Null);
        NodeForgeException? failure = null;
        try
        {
            using Stream decoder = Decompression.Open(tee, where.ToString());
            byte[] buffer = new byte[1 << 17];
            int read;
            while ((read = decoder.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                plain.Write(buffer.AsSpan(0, read));
            }
        }
        catch (NodeForgeException undecodable)
        {
            failure = new(undecodable.Diagnostics[0] with { Code = ErrorCodes.LayerUnreadable, Where = where, Mend = ErrorCodes.LayerUnreadable.Remedy }, undecodable);
        }

        tee.Drain(cancellationToken);
        return failure is null ? plain.Finish() : throw failure;
    }

    private static Descriptor Commit(BlobIngest ingest, Digest? expected, long size, Location where)
    {
        try
        {
            return ingest.Commit(expected, size);
        }
        catch (NodeForgeException mismatch) when (mismatch.Diagnostics[0].Code == ErrorCodes.DigestMismatch)
        {
            throw new NodeForgeException(mismatch.Diagnostics[0] with { Code = ErrorCodes.ImageBlobMismatch, What = "the blob is not what the image names", Where = where, Mend = "get a whole copy of the image" }, mismatch);
        }
    }

    private static LayerCompression Detect(Stream content)
    {
        Span<byte> head = stackalloc byte[6];
        int length = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        content.Position = 0;
        return Decompression.Detect(head[..length]);
    }

    private static void CheckMediaType(Descriptor layer, LayerCompression found, Location where)
    {
        if (Decompression.OfMediaType(layer.MediaType) is { } stated && stated != found)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.LayerMediaTypeMismatch, "the layer's bytes are not of its media type") { Where = where, Got = found.ToString().ToLowerInvariant(), Want = stated.ToString().ToLowerInvariant(), Mend = ErrorCodes.LayerMediaTypeMismatch.Remedy });
    }
}
