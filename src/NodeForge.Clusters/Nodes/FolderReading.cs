using System.Text;
using NodeForge.Oci.Tar;

namespace NodeForge.Clusters.Nodes;

/// <summary>Reads the small files of a node's folder out of the archive that the engine makes of it; what is large is passed
/// over.</summary>
internal static class FolderReading
{
    // Manifests; the largest of the field's is a tenth of this.
    private const long LargestFile = 4 << 20;
    private const long MostBytes = 16 << 20;
    private const int MostEntries = 10_000;

    // kind's older node images have archives of images in /kind, one of some hundred megabytes.
    private const long MostPassedOver = 4L << 30;

    /// <returns>Paths relative to the folder's parent, "kind/version", to content.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeFolderTooLarge"/>; NF41xx: it is no archive that two readers would
    /// read alike.</exception>
    public static IReadOnlyDictionary<string, string> Read(Stream archive, string node, string folder, CancellationToken cancellationToken)
    {
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        (int entries, long held, long passed) = (0, 0, 0);
        using TarReader reader = new(archive, $"{node}, {folder}", options: null, cancellationToken);
        while (reader.Read() is { } entry)
        {
            if (++entries > MostEntries)
                throw TooLarge(node, folder, $"more than {MostEntries} entries", $"at most {MostEntries}");
            if (entry.Kind != TarEntryKind.File || entry.Size > LargestFile)
            {
                passed += entry.Size;
                if (passed > MostPassedOver)
                    throw TooLarge(node, folder, $"more than {MostPassedOver} bytes", $"at most {MostPassedOver}");
                continue;
            }

            held += entry.Size + entry.Path.Length;
            if (held > MostBytes)
                throw TooLarge(node, folder, $"more than {MostBytes} bytes in small files", $"at most {MostBytes}");
            using StreamReader text = new(reader.Content, Encoding.UTF8);
            files[entry.Path] = text.ReadToEnd();
        }

        return files;
    }

    private static NodeForgeException TooLarge(string node, string folder, string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.NodeFolderTooLarge, "a folder of the node has more in it than is read")
            {
                Where = new(node, Detail: folder),
                Got = got,
                Want = want,
                Hint = "do not trust the node's image; get it from a source that you trust, or build it",
            }
        );
}
