using NodeForge.Containerd.Metadata;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>An image's files as a container sees them, all layers in one: nothing is left to unpack when its first container
/// starts.</summary>
internal sealed class UnpackedImage
{
    private const int Block = 4096;

    // So that no path grows too long where it is laid.
    private const int LongestPath = 3584;
    private const int DeepestPath = 240;

    private readonly IReadOnlyList<LayerEntry> entries;

    private UnpackedImage(Digest chainId, IReadOnlyList<LayerEntry> entries)
    {
        ChainId = chainId;
        this.entries = entries;
        Usage = new(
            entries.Sum(entry => entry.Header.Kind == TarEntryKind.Directory ? Block : (entry.Header.Size + Block - 1) / Block * Block)
                + Block,
            entries.Count(entry => entry.Header.Kind != TarEntryKind.HardLink) + 1
        );
    }

    public Digest ChainId { get; }

    /// <summary>Counted, not measured: what a file system makes of it differs from one to the next.</summary>
    public SnapshotUsage Usage { get; }

    /// <returns>Null for an image with something that does not survive in a layer of ours: containerd has to unpack it.</returns>
    public static async Task<UnpackedImage?> ReadAsync(
        Image image,
        string name,
        BuildEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        if (image.Layers.Count == 0)
            return null;
        BlobStore store = environment.Store;
        PlainLayers plain = new(environment);
        Descriptor[] layers = await Task.WhenAll(image.Layers.Select(layer => plain.OfAsync(name, layer, cancellationToken)))
            .ConfigureAwait(false);
        RootfsTree tree = RootfsTree.Read(store, layers, cancellationToken);
        RootfsEntry[] files = [.. tree.Entries()];
        return files.All(file => Survives(file, tree))
            ? new(
                Oci.ChainId.Of(image.Layers.Select(layer => layer.DiffId)),
                [.. files.Select(file => new LayerEntry(file.Header, Place(file, layers, store)))]
            )
            : null;
    }

    /// <summary>Lays the files below a folder, with the owners, modes, attributes and times that they have in the image.</summary>
    public void Lay(LayerDraft draft, string folder)
    {
        draft.AddFolder(folder);
        foreach (LayerEntry entry in entries)
        {
            TarEntry header = entry.Header;
            draft.AddDated(
                header with
                {
                    Path = $"{folder}/{header.Path}",
                    LinkTarget = header.Kind == TarEntryKind.HardLink ? $"{folder}/{header.LinkTarget}" : header.LinkTarget,
                },
                entry.Content
            );
        }
    }

    // Overlayfs on overlayfs takes some files for its own; and a hard link to a file that a later layer replaced is a name of the older
    // one.
    private static bool Survives(RootfsEntry file, RootfsTree tree)
    {
        TarEntry header = file.Header;
        bool overlays =
            (header.Kind == TarEntryKind.CharacterDevice && (header.DeviceMajor | header.DeviceMinor) == 0)
            || header.ExtendedAttributes.Keys.Any(name =>
                name.StartsWith("trusted.overlay.", StringComparison.Ordinal) || name.StartsWith("user.overlay.", StringComparison.Ordinal)
            );
        bool dangles = header.Kind == TarEntryKind.HardLink && tree.Find(header.LinkTarget!)?.Layer != file.Layer;
        return !overlays && !dangles && header.Path.Length < LongestPath && header.Path.Count(c => c == '/') < DeepestPath;
    }

    private static LayerContent? Place(RootfsEntry file, Descriptor[] layers, BlobStore store) =>
        file.Content is FileContent { Length: > 0 } content
            ? new BlobSlice(store, layers[file.Layer].Digest, content.Offset, content.Length)
            : null;
}
