using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Examination;

/// <summary>Hard links that lead to no file where their turn comes, neither of their layer nor of those below it: engines link while they
/// unpack.</summary>
internal static class DanglingLinks
{
    private const int MostTold = 100;

    /// <summary>The entries of a layer for the tree that takes them one by one, each hard link looked at before its turn.</summary>
    /// <param name="layer">As it was read.</param>
    /// <param name="tree">Takes them.</param>
    /// <param name="problems">Are told here.</param>
    public static IEnumerable<LayerEntry> Told(ExaminedLayer layer, RootfsTree tree, List<Diagnostic> problems)
    {
        Dictionary<string, int> last = new(StringComparer.Ordinal);
        if (layer.Entries.Any(entry => entry.Header.Kind == TarEntryKind.HardLink))
            foreach ((int place, LayerEntry entry) in layer.Entries.Index())
                last[entry.Header.Path] = place;
        int told = 0;
        foreach ((int place, LayerEntry entry) in layer.Entries.Index())
        {
            TarEntry header = entry.Header;
            if (header.Kind == TarEntryKind.HardLink && told < MostTold && Problem(header, place, last, tree) is { } what)
            {
                told++;
                problems.Add(
                    new(ErrorCodes.ArchiveEntryRefused, what)
                    {
                        Where = layer.Layer.Where with { Detail = $"'{header.Path}'" },
                        Got = header.LinkTarget,
                        Hint = "have the layer remade: no engine unpacks it",
                    }
                );
            }

            yield return entry;
        }
    }

    private static string? Problem(TarEntry link, int place, Dictionary<string, int> last, RootfsTree tree) =>
        tree.IsMet(link) ? null
        : last.GetValueOrDefault(link.LinkTarget!) > place ? "a hard link comes before the file that it leads to"
        : "a hard link leads to no file";
}
