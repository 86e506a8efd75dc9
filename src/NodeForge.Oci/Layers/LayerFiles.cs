using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>Reads files out of a layer where it lies.</summary>
public static class LayerFiles
{
    /// <summary>Reads one file of the layer, and the layer to its end.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="path">The file, without a leading slash.</param>
    /// <param name="limit">Bytes that it may have.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null when the layer does not have it.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiffIdMismatch"/>, <see cref="ErrorCodes.InvalidImageDocument"/>: the
    /// file is longer; NF41xx for a damaged layer.</exception>
    public static async Task<byte[]?> ReadFileAsync(this Layer layer, string path, int limit, CancellationToken cancellationToken)
    {
        byte[]? found = null;
        // The diff ID covers all that is read here.
        using Stream plain = Decompression.Open(await layer.OpenRawAsync(cancellationToken).ConfigureAwait(false), layer.Where.ToString());
        using HashingStream hashed = new(Stream.Null);
        using TeeReader tee = new(plain, hashed);
        using (TarReader reader = new(tee, layer.Where.ToString(), options: null, cancellationToken))
        {
            while (reader.Read() is { } entry)
            {
                if (entry.Path != path || entry.Kind != TarEntryKind.File)
                    continue;
                if (entry.Size > limit)
                    throw new NodeForgeException(
                        new Diagnostic(ErrorCodes.InvalidImageDocument, $"a file of the image is longer than {limit} bytes")
                        {
                            Where = layer.Where with { Detail = $"'{path}'" },
                            Got = $"{entry.Size} bytes",
                        }
                    );
                found = new byte[entry.Size];
                reader.Content.ReadExactly(found);
            }
        }

        tee.Drain(cancellationToken);
        Digest actual = hashed.Finish();
        return actual == layer.DiffId
            ? found
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says")
                {
                    Where = layer.Where,
                    Got = actual.ToString(),
                    Want = layer.DiffId.ToString(),
                }
            );
    }
}
