using System.Text;
using NodeForge.Files;

namespace NodeForge.Recipes.Files;

/// <summary>The entries of a local folder, links not followed.</summary>
internal static class LocalTree
{
    private const char NotUtf8 = '\uFFFD'; // what .NET makes of a byte that is no UTF-8; the file cannot be opened by that name

    /// <summary>All entries below a folder, by the bytes of their names.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="left">Names at its top that are passed over.</param>
    /// <exception cref="NodeForgeException">An entry is a device, socket or FIFO, or its name is not UTF-8.</exception>
    public static IReadOnlyList<TreeEntry> Entries(string root, params IReadOnlyList<string> left)
    {
        List<TreeEntry> entries = [];
        Collect(root, "", left, entries);
        entries.Sort((a, b) => Encoding.UTF8.GetBytes(a.Name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b.Name)));
        return entries;
    }

    public static void RefuseSpecial(string path, LocalKind kind)
    {
        if (kind is LocalKind.Special or LocalKind.Folder)
            throw Refused(path, LocalPath.Describe(kind), "a file");
    }

    private static void Collect(string folder, string prefix, IReadOnlyList<string> left, List<TreeEntry> entries)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder))
        {
            string name = prefix + Path.GetFileName(path);
            if (left.Contains(name))
                continue;
            if (name.Contains(NotUtf8, StringComparison.Ordinal))
                throw Refused(path, "a name that is not UTF-8", "names in UTF-8");
            if (Path.GetFileName(path).StartsWith(".wh.", StringComparison.Ordinal))
                throw Refused(path, "a name that would take another file out of the image", "names that do not begin with .wh.");
            LocalKind kind = LocalPath.KindOf(path, follow: false);
            if (kind is LocalKind.Special or LocalKind.Missing)
                throw Refused(path, LocalPath.Describe(kind), "a file, a folder or a symbolic link");
            entries.Add(new(name, path, kind));
            if (kind == LocalKind.Folder)
                Collect(path, name + "/", [], entries);
        }
    }

    private static NodeForgeException Refused(string path, string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.RecipePath, "a recipe's local input cannot go into an image")
            {
                Where = new(path),
                Got = got,
                Want = want,
                Hint = "take it out of the folder",
            }
        );
}
