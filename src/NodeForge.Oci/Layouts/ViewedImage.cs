using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Layouts;

/// <summary>An image as its documents have it: they were checked, its layers are not read before somebody asks.</summary>
/// <param name="Source">What it is called.</param>
/// <param name="ImageId">The digest of the image config.</param>
/// <param name="Config">The image config.</param>
/// <param name="Layers">Bottom first.</param>
public sealed record ViewedImage(SourceImage Source, Digest ImageId, ImageConfig Config, IReadOnlyList<ViewedLayer> Layers);

/// <summary>A layer where it lies.</summary>
/// <param name="DiffId">What it has to unpack to.</param>
/// <param name="Size">Bytes as stored.</param>
/// <param name="Where">For messages.</param>
/// <param name="Open">Opens the stored bytes.</param>
public sealed record ViewedLayer(Digest DiffId, long Size, Location Where, Func<Stream> Open)
{
    /// <summary>Reads one file of the layer, and the layer to its end.</summary>
    /// <param name="path">The file, without a leading slash.</param>
    /// <param name="limit">Bytes that it may have.</param>
    /// <returns>Null when the layer does not have it.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiffIdMismatch"/>, <see cref="ErrorCodes.InvalidImageDocument"/>: the file is longer; NF41xx for a damaged layer.</exception>
    public byte[]? ReadFile(string path, int limit, CancellationToken cancellationToken)
    {
        byte[]? found = null;
        using Stream plain = Decompression.Open(Open(), Where.ToString());
        using HashingStream hashed = new(Stream.Null);
        using TeeReader tee = new(plain, hashed);
        using (TarReader reader = new(tee, Where.ToString(), options: null, cancellationToken))
        {
            while (reader.Read() is { } entry)
            {
                if (entry.Path != path || entry.Kind != TarEntryKind.File)
                    continue;
                if (entry.Size > limit)
                    throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"a file of the image is longer than {limit} bytes") { Where = Where with { Detail = $"'{path}'" }, Got = $"{entry.Size} bytes" });
                found = new byte[entry.Size];
                reader.Content.ReadExactly(found);
            }
        }

        tee.Drain(cancellationToken);
        Digest actual = hashed.Finish();
        return actual == DiffId
            ? found
            : throw new NodeForgeException(new Diagnostic(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says") { Where = Where, Got = actual.ToString(), Want = DiffId.ToString() });
    }
}
