using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Examination;

/// <summary>Hard links that lead to no file, neither of their layer nor of those below it: no engine unpacks them.</summary>
internal static class DanglingLinks
{
    private const int MostTold = 100;
    private const string AufsLinks = ".wh..wh.plnk/"; // where aufs, an old store of docker's, kept files with several names

    /// <param name="layer">As it was read.</param>
    /// <param name="below">The tree that the layers below it make.</param>
    public static IReadOnlyList<TarEntry> Of(ExaminedLayer layer, RootfsTree below)
    {
        TarEntry[] links = [.. layer.Entries.Select(entry => entry.Header).Where(header => header.Kind == TarEntryKind.HardLink)];
        if (links.Length == 0)
            return [];
        HashSet<string> files =
        [
            .. layer
                .Entries.Select(entry => entry.Header)
                .Where(header => header.Kind != TarEntryKind.Directory)
                .Select(header => header.Path),
        ];
        return
        [
            .. links.Where(link =>
                !link.LinkTarget!.StartsWith(AufsLinks, StringComparison.Ordinal)
                && (link.LinkTarget == link.Path || (!files.Contains(link.LinkTarget) && !HasFile(below, link.LinkTarget)))
            ),
        ];
    }

    /// <summary>Of those the ones that lead nowhere in the tree with their layer, either, where a folder of the target may be a
    /// link.</summary>
    public static IEnumerable<Diagnostic> Problems(IReadOnlyList<TarEntry> links, RootfsTree tree, ExaminedLayer layer) =>
        links
            .Where(link => link.LinkTarget == link.Path || !HasFile(tree, link.LinkTarget!))
            .Take(MostTold)
            .Select(link => new Diagnostic(ErrorCodes.ArchiveEntryRefused, "a hard link leads to no file")
            {
                Where = layer.Layer.Where with { Detail = $"'{link.Path}'" },
                Got = link.LinkTarget,
                Hint = "have the layer remade: no engine unpacks it",
            });

    private static bool HasFile(RootfsTree tree, string path)
    {
        try
        {
            int slash = path.LastIndexOf('/');
            string folder = slash < 0 ? "" : tree.Resolve(path[..slash]);
            return tree.Find(folder.Length == 0 ? path[(slash + 1)..] : $"{folder}/{path[(slash + 1)..]}")
                is { Header.Kind: not TarEntryKind.Directory };
        }
        catch (NodeForgeException failure) when (!failure.Is(ErrorCodes.ImageTreeTooLarge))
        {
            return false; // links in a circle
        }
    }
}
