using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Validation;

/// <summary>Reads one layer to its end: its bytes, what they unpack to, the archive in that.</summary>
internal sealed class LayerCheck(List<Diagnostic> problems, CancellationToken cancellationToken)
{
    // What is kept of a layer is its paths alone: about 100 bytes each.
    private const int MostEntries = 1_000_000;
    private const long MostNames = 128L << 20; // letters
    private const int MostRepeated = 100;

    /// <returns>Null when the layer cannot be read to its end; the problem is told.</returns>
    public ValidatedLayer? Run(Stream content, Descriptor layer, Location here)
    {
        using HashingStream rawHash = new(Stream.Null);
        using HashingStream plainHash = new(Stream.Null);
        using TeeReader raw = new(content, rawHash);
        int entries = 0;
        NodeForgeException? unreadable = null;
        try
        {
            using Stream decoder = Decompression.Open(raw, here.ToString(), Decompression.OfMediaType(layer.MediaType));
            using TeeReader plain = new(decoder, plainHash);
            entries = ReadEntries(plain, here);
            plain.Drain(cancellationToken);
        }
        catch (NodeForgeException failure)
        {
            unreadable = failure;
        }

        raw.Drain(cancellationToken);
        return IsItself(layer, rawHash, here) && IsReadable(unreadable, here)
            ? new(layer, plainHash.Finish(), plainHash.Length, entries)
            : null;
    }

    private bool IsItself(Descriptor layer, HashingStream rawHash, Location here)
    {
        Digest digest = rawHash.Finish();
        if (digest == layer.Digest)
            return true;
        problems.Add(
            new(ErrorCodes.ImageBlobMismatch, "the blob is not what its name says")
            {
                Where = here,
                Got = digest.ToString(),
                Want = layer.Digest.ToString(),
            }
        );
        return false;
    }

    private bool IsReadable(NodeForgeException? unreadable, Location here)
    {
        if (unreadable?.Diagnostics[0] is not { } problem)
            return true;
        ErrorCode code = problem.Code == ErrorCodes.CompressionMismatch ? ErrorCodes.LayerMediaTypeMismatch : ErrorCodes.LayerUnreadable;
        problems.Add(
            problem with
            {
                Code = code,
                Where = here with { Detail = $"{here.Detail}, {problem.Where?.Detail}".TrimEnd(',', ' ') },
            }
        );
        return false;
    }

    private int ReadEntries(Stream plain, Location here)
    {
        HashSet<string> paths = new(StringComparer.Ordinal);
        int entries = 0;
        int repeated = 0;
        long names = 0;
        using TarReader reader = new(plain, here.ToString(), options: null, cancellationToken);
        while (reader.Read() is { } entry)
        {
            names += entry.Path.Length;
            if (names > MostNames)
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.LayerUnreadable, $"the names in the layer have more than {MostNames} letters together")
                    {
                        Where = here,
                    }
                );
            if (++entries > MostEntries)
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.LayerUnreadable, $"the layer has more than {MostEntries} entries") { Where = here }
                );
            if (!paths.Add(entry.Path) && ++repeated <= MostRepeated)
                problems.Add(
                    new(ErrorCodes.LayerPathRepeated, "the layer has two entries of one path")
                    {
                        Where = here with { Detail = $"{here.Detail}, entry {reader.EntryNumber}, '{Printable.Escape(entry.Path)}'" },
                    }
                );
        }

        return entries;
    }
}
