using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>A name in a root file system; a directory that no layer names has no entry of its own.</summary>
internal sealed class RootfsNode(RootfsEntry entry)
{
    private Dictionary<string, RootfsNode>? children;

    public RootfsEntry Entry { get; private set; } = entry;

    public bool IsDirectory => Entry.Header.Kind == TarEntryKind.Directory;

    public IReadOnlyDictionary<string, RootfsNode> Children => children ?? Empty;

    private static readonly Dictionary<string, RootfsNode> Empty = [];

    public RootfsNode? Child(string name) => children?.GetValueOrDefault(name);

    /// <summary>Directories merge, everything else replaces (image-spec layer.md, "Changeset Types").</summary>
    public RootfsNode Put(string name, RootfsEntry entry)
    {
        children ??= new(StringComparer.Ordinal);
        if (children.TryGetValue(name, out RootfsNode? there) && there.IsDirectory && entry.Header.Kind == TarEntryKind.Directory)
        {
            there.Entry = entry;
            return there;
        }

        return children[name] = new(entry);
    }

    /// <summary>A whiteout hides what is below, not what its own layer brings.</summary>
    public void HideBelow(string name, int layer, RootfsBudget budget)
    {
        budget.Step();
        if (Child(name) is not { } child)
            return;
        child.HideAllBelow(layer, budget);
        if (child.Entry.Layer < layer && child.Children.Count == 0)
            children!.Remove(name);
    }

    public void HideAllBelow(int layer, RootfsBudget budget)
    {
        foreach (string name in Children.Keys.ToArray())
            HideBelow(name, layer, budget);
    }
}
