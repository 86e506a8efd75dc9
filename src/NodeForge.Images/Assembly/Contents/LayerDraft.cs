using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>A layer being put together: later entries win, folders in between come of themselves where nothing below has them.</summary>
/// <param name="below">The tree that the layer lies over; empty for a first layer.</param>
/// <param name="epoch">The time of every entry that has none of its own.</param>
internal sealed class LayerDraft(RootfsTree below, long epoch)
{
    private const int FolderMode = 0x1ed; // 0755
    private readonly Dictionary<string, LayerEntry> entries = new(StringComparer.Ordinal);

    /// <summary>The entries, every parent folder among them that the tree below lacks.</summary>
    public IReadOnlyList<LayerEntry> Entries => [.. entries.Values];

    public bool IsEmpty => entries.Count == 0;

    /// <summary>Adds or replaces an entry; its path is resolved through the links of the tree below, /sbin/x lands in
    /// /usr/sbin/x.</summary>
    /// <remarks>A hard link's target is a path of the image too, and resolved likewise; its file is in the draft before the layer is
    /// written.</remarks>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathConflict"/>: a file where a folder is, or the other way
    /// round.</exception>
    public void Add(TarEntry entry, LayerContent? content) => AddDated(entry with { ModificationTime = epoch }, content);

    /// <summary>As <see cref="Add"/>, with the entry's own time.</summary>
    public void AddDated(TarEntry entry, LayerContent? content)
    {
        string path = Place(entry.Path);
        RefuseConflict(path, entry.Kind);
        AddParents(path);
        if (entry.Kind == TarEntryKind.HardLink)
            entry = entry with { LinkTarget = Place(entry.LinkTarget!) };
        entries[path] = new(entry with { Path = path }, content);
    }

    public void AddFolder(string path, int mode = FolderMode) =>
        Add(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.Directory,
                Mode = mode,
            },
            null
        );

    public void AddLink(string path, string target) =>
        Add(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.SymbolicLink,
                Mode = 0x1ff,
                LinkTarget = target,
            },
            null
        );

    public void AddText(string path, string text, int mode = 0x1a4) => // 0644
        AddBytes(path, System.Text.Encoding.UTF8.GetBytes(text), mode);

    public void AddBytes(string path, byte[] bytes, int mode = 0x1a4) =>
        Add(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.File,
                Mode = mode,
                Size = bytes.Length,
            },
            bytes.Length == 0 ? null : new InlineContent(bytes)
        );

    /// <summary>Takes out what the draft has at a path, and hides what the tree below has (image-spec layer.md, "Whiteouts").</summary>
    public void Remove(string path)
    {
        string resolved = Place(path);
        int slash = resolved.LastIndexOf('/');
        entries.Remove(resolved);
        if (below.Find(resolved) is not null)
            AddBytes($"{resolved[..(slash + 1)]}.wh.{resolved[(slash + 1)..]}", []);
    }

    /// <summary>Whether a folder is there already, so that its mode and owner stay as they are.</summary>
    public bool BelowHasFolder(string path) => below.Find(below.Resolve(path))?.Header.Kind == TarEntryKind.Directory;

    public LayerEntry? Find(string path) => entries.GetValueOrDefault(path);

    // The last part is not followed: a link there is what the entry replaces.
    private string Place(string path)
    {
        int slash = path.LastIndexOf('/');
        if (slash < 0)
            return path;
        string folder = below.Resolve(path[..slash]);
        return folder.Length == 0 ? path[(slash + 1)..] : $"{folder}/{path[(slash + 1)..]}";
    }

    private void AddParents(string path)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            string parent = path[..slash];
            TarEntryKind? there = entries.GetValueOrDefault(parent)?.Header.Kind ?? below.Find(parent)?.Header.Kind;
            if (there == TarEntryKind.Directory)
                continue;
            if (there is { } other)
                throw Conflict(parent, "a folder for " + path[(slash + 1)..], other.ToString());
            entries[parent] = new(
                new TarEntry
                {
                    Path = parent,
                    Kind = TarEntryKind.Directory,
                    Mode = FolderMode,
                    ModificationTime = epoch,
                },
                null
            );
        }
    }

    private void RefuseConflict(string path, TarEntryKind kind)
    {
        TarEntryKind? there = entries.GetValueOrDefault(path)?.Header.Kind ?? below.Find(path)?.Header.Kind;
        bool folderThere = there == TarEntryKind.Directory;
        if (there is null || folderThere == (kind == TarEntryKind.Directory))
            return;
        throw Conflict(path, kind.ToString(), there.ToString()!);
    }

    private static NodeForgeException Conflict(string path, string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.PathConflict, "a path is a folder in one place and a file in another")
            {
                Where = new("/" + path),
                Got = got,
                Want = want,
                Hint = "choose another path in the recipe's files",
            }
        );
}
