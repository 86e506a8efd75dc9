using NodeForge.Oci.Compression;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>The file tree that layers make, in memory: headers only, nothing is unpacked. Links resolve inside the root, as after
/// chroot(2).</summary>
public sealed class RootfsTree
{
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";
    private const string AufsInternal = ".wh..wh.";
    private const string AufsLinks = ".wh..wh.plnk/"; // where aufs, an old store of docker's, kept files with several names
    private const int MostLinks = 40; // Linux' limit (path_resolution(7))

    private readonly RootfsNode root = new(Implicit("", 0));
    private readonly RootfsBudget budget;
    private readonly List<(TarEntry Link, string Path, RootfsEntry File)> linked = []; // of the layer that is being laid
    private int layers;

    public RootfsTree()
        : this(new RootfsBudget()) { }

    internal RootfsTree(RootfsBudget budget) => this.budget = budget;

    /// <summary>Reads an image's layers; contents are skipped, and read in place when they are asked for.</summary>
    /// <param name="store">Has the layers.</param>
    /// <param name="layers">From the bottom up.</param>
    /// <param name="cancellationToken">Stops between two entries, and within a long one.</param>
    /// <exception cref="NodeForgeException">A layer is missing, damaged, or no layer;
    /// <see cref="ErrorCodes.ImageTreeTooLarge"/>.</exception>
    public static RootfsTree Read(BlobStore store, IEnumerable<Descriptor> layers, CancellationToken cancellationToken = default)
    {
        RootfsTree tree = new();
        foreach (Descriptor layer in layers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LayerCompression? compression = Decompression.OfMediaType(layer.MediaType);
            using Stream blob = store.OpenRead(layer.Digest);
            if (compression == LayerCompression.None)
            {
                tree.Apply(blob, layer.Digest.ToString(), store.PathOf(layer.Digest), cancellationToken);
                continue;
            }

            using Stream plain = Decompression.Open(blob, layer.Digest.ToString(), compression);
            tree.Apply(
                plain,
                layer.Digest.ToString(),
                (offset, length) => new PackedContent(store, layer, offset, length),
                cancellationToken
            );
        }

        return tree;
    }

    /// <summary>Lays one more layer over the tree.</summary>
    /// <param name="layer">Uncompressed.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="file">The file that the stream reads from its first byte, so that contents can be read in place; null when there is
    /// none.</param>
    /// <param name="cancellationToken">Stops between two entries, and within a long one.</param>
    /// <exception cref="NodeForgeException">As <see cref="Read"/>.</exception>
    public void Apply(Stream layer, string name, string? file = null, CancellationToken cancellationToken = default) =>
        Apply(layer, name, file is null ? null : (offset, length) => new FileContent(file, offset, length), cancellationToken);

    /// <summary>Lays one more layer over the tree whose entries somebody has read already.</summary>
    /// <param name="entries">In the order of the archive.</param>
    /// <param name="name">What messages call the layer.</param>
    /// <exception cref="NodeForgeException">As <see cref="Read"/>.</exception>
    public void Apply(IEnumerable<LayerEntry> entries, string name)
    {
        BeginLayer(name);
        foreach (LayerEntry entry in entries)
            Apply(entry.Header, entry.Content, name);
        EndLayer(name);
    }

    private void Apply(Stream layer, string name, Func<long, long, LayerContent>? place, CancellationToken cancellationToken)
    {
        BeginLayer(name);
        using TarReader reader = new(layer, name, options: null, cancellationToken);
        while (reader.Read() is { } entry)
        {
            if (entry.Kind == TarEntryKind.HardLink && !IsMet(entry))
                throw Refuse($"a hard link leads to no file that is there before it: '{entry.LinkTarget}'", layer: name, entry);
            LayerContent? content = entry.Kind == TarEntryKind.File ? place?.Invoke(reader.ContentOffset, entry.Size) : null;
            Apply(entry, content, name);
        }

        EndLayer(name);
    }

    // Engines made the link a name of the file that was there; whoever reads the tree at its end would see another, or none.
    private void EndLayer(string name)
    {
        layers++;
        foreach ((TarEntry link, string path, RootfsEntry file) in linked)
        {
            if (!ReferenceEquals(Find(path), file))
                throw Refuse($"a hard link comes before the file that it leads to: '{link.LinkTarget}'", name, link);
        }
    }

    private void BeginLayer(string name)
    {
        budget.Layer = name;
        linked.Clear();
    }

    private void Apply(TarEntry entry, LayerContent? content, string layer)
    {
        if (entry.Path.Length == 0)
            return;
        if (entry.Kind == TarEntryKind.HardLink && FileOf(entry) is var (path, file))
            linked.Add((entry, path, file));
        int slash = entry.Path.LastIndexOf('/');
        string name = entry.Path[(slash + 1)..];
        (string folder, RootfsNode parent) = Parent(slash < 0 ? "" : entry.Path[..slash], layer, entry);
        if (name == Opaque)
            parent.HideAllBelow(layers, budget);
        else if (name.StartsWith(AufsInternal, StringComparison.Ordinal))
            return; // aufs' own bookkeeping
        else if (name.StartsWith(Whiteout, StringComparison.Ordinal))
            parent.HideBelow(Hidden(name, layer, entry), layers, budget);
        else
            Put(parent, name, new(entry with { Path = Join(folder, name) }, layers, content));
    }

    private static string Hidden(string name, string layer, TarEntry entry) =>
        name[Whiteout.Length..] is not ("" or "." or "..") and var hidden ? hidden : throw Refuse("a whiteout names no file", layer, entry);

    // Layers need not name the directories that they use, and may name them through links of the layers below.
    private (string Path, RootfsNode Node) Parent(string folder, string layer, TarEntry entry)
    {
        string path = Resolve(folder);
        RootfsNode node = root;
        for (int start = 0; start < path.Length; )
        {
            int end = path.IndexOf('/', start) is > 0 and int slash ? slash : path.Length;
            string part = path[start..end];
            node = node.Child(part) ?? Put(node, part, Implicit(path[..end], layers));
            if (!node.IsDirectory)
                throw Refuse($"an entry lies below '{path[..end]}', which is no directory", layer, entry);
            start = end + 1;
        }

        return (path, node);
    }

    private RootfsNode Put(RootfsNode parent, string name, RootfsEntry entry)
    {
        budget.Keep(entry.Header);
        return parent.Put(name, entry);
    }

    /// <summary>Whether a hard link that is to be laid over the tree finds its file, as link(2) wants it: there already, of this layer or
    /// one below, and no directory.</summary>
    public bool IsMet(TarEntry link) =>
        link.LinkTarget!.StartsWith(AufsLinks, StringComparison.Ordinal) // engines keep these files aside
        || FileOf(link) is not null;

    private (string Path, RootfsEntry File)? FileOf(TarEntry link)
    {
        string target = link.LinkTarget!;
        try
        {
            int slash = target.LastIndexOf('/');
            string path = Join(slash < 0 ? "" : Resolve(target[..slash]), target[(slash + 1)..]);
            return target != link.Path && Find(path) is { Header.Kind: not TarEntryKind.Directory } file ? (path, file) : null;
        }
        catch (NodeForgeException failure) when (failure.Is(ErrorCodes.LayerEntryInvalid))
        {
            return null; // links in a circle
        }
    }

    /// <summary>What lies at a path, links not followed.</summary>
    public RootfsEntry? Find(string path)
    {
        RootfsNode? node = root;
        foreach (string part in Parts(path))
            node = node?.Child(part);
        return node?.Entry;
    }

    /// <summary>Where a path leads when all its links are followed inside the root.</summary>
    /// <param name="path">Absolute or relative to the root; <c>..</c> stops at the root.</param>
    /// <returns>A path without links, as far as it exists; the rest as it was given. Without a leading slash, the root being
    /// empty.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerEntryInvalid"/>: more than 40 links, which is a circle.</exception>
    public string Resolve(string path)
    {
        Stack<string> rest = new(Parts(path).Reverse());
        List<(string Name, RootfsNode? Node)> walked = [];
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            budget.Step();
            if (part == "..")
            {
                if (walked.Count > 0)
                    walked.RemoveAt(walked.Count - 1);
                continue;
            }

            RootfsNode? node = walked.Count == 0 ? root.Child(part) : walked[^1].Node?.Child(part);
            if (node?.Entry.Header is not { Kind: TarEntryKind.SymbolicLink, LinkTarget: { } target })
            {
                walked.Add((part, node));
                budget.CheckDepth(walked.Count);
                continue;
            }

            if (++links > MostLinks)
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.LayerEntryInvalid, "symbolic links lead in a circle")
                    {
                        Where = new("/" + path.TrimStart('/')),
                        Want = $"at most {MostLinks} links",
                    }
                );
            if (target.StartsWith('/'))
                walked.Clear();
            foreach (string step in Parts(target).Reverse())
                rest.Push(step);
        }

        return string.Join('/', walked.Select(step => step.Name));
    }

    /// <summary>Every entry with its path, directories that no layer names included; what is in a directory follows it.</summary>
    public IEnumerable<RootfsEntry> Entries() => Below(root);

    private static IEnumerable<RootfsEntry> Below(RootfsNode node)
    {
        foreach ((_, RootfsNode child) in node.Children.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            yield return child.Entry;
            foreach (RootfsEntry entry in Below(child))
                yield return entry;
        }
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/').Where(part => part is not ("" or "."));

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    private static RootfsEntry Implicit(string path, int layer) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.Directory,
                Mode = 0x1ed,
            },
            layer,
            null
        ); // 0755, as engines make them

    private static NodeForgeException Refuse(string what, string layer, TarEntry entry) =>
        new(
            new Diagnostic(ErrorCodes.ArchiveEntryRefused, what)
            {
                Where = new(layer, Detail: $"'{entry.Path}'"),
                Hint = "have the layer remade; engines disagree about what it means",
            }
        );
}
