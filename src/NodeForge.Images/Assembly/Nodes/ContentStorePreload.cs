using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Blobs where containerd looks for them, and its database in the last layer: the node's first boot imports nothing.</summary>
internal sealed class ContentStorePreload(NodeImagePlan plan, BuildEnvironment environment) : PreloadLayers(plan, environment)
{
    private const string Root = "var/lib/containerd";

    // Not below /var, which kind and others make a volume: the engine would copy every blob into it, for each node. Links weigh nothing,
    // and
    // containerd follows them; when it removes a blob it removes the link.
    private const string Blobs = "usr/lib/nodeforge/blobs/sha256";
    private const string Snapshots = "usr/lib/nodeforge/snapshots";
    private readonly HashSet<Digest> laid = [];
    private readonly HashSet<Digest> laidSnapshots = [];

    public override void Complete(IReadOnlyList<NodePreload> preloads, LayerDraft last)
    {
        PreloadedStore store = PreloadedStore.Build(
            [.. preloads.Select(Preloaded)],
            new PreloadOptions(Plan.Platform, DateTimeOffset.FromUnixTimeSeconds(Plan.Epoch), MetadataVersion.Containerd1)
        );
        store.RequireContent(Environment.Store.SizeOf);
        foreach (StoreFolder folder in PreloadedStore.Folders)
            last.AddFolder(folder.Path.Length == 0 ? Root : $"{Root}/{folder.Path}", folder.Mode);
        last.AddBytes($"{Root}/{ContainerdPaths.Metadata}", store.MetadataBytes(), PreloadedStore.MetadataMode);
        if (store.Snapshots.Count > 0)
            LaySnapshots(store, last);
    }

    // Numbers depend on all images, so the links are the last layer's; the files, shared by all nodes like the blobs, lie in each image's
    // own.
    private static void LaySnapshots(PreloadedStore store, LayerDraft last)
    {
        foreach (StoreFolder folder in PreloadedStore.OverlayFolders)
            last.AddFolder($"{Root}/{folder.Path}", folder.Mode);
        foreach (SnapshotFolder snapshot in store.Snapshots)
            last.AddLink($"{Root}/{snapshot.Path}", $"/{Snapshots}/{snapshot.ChainId.Hex}");
        last.AddBytes($"{Root}/{ContainerdPaths.OverlayMetadata}", store.OverlayMetadataBytes(), PreloadedStore.OverlayMetadataMode);
    }

    // A blob that an earlier image has is not laid twice; which image comes first is the recipe's order, so layers stay stable.
    protected override void Draft(NodePreload preload, LayerDraft draft)
    {
        Image image = preload.Image;
        foreach (
            Descriptor blob in image.Layers.Select(layer => layer.Descriptor).Prepend(image.RawConfig.Descriptor).Prepend(image.Descriptor)
        )
        {
            if (!laid.Add(blob.Digest))
                continue;
            string file = $"{Blobs}/{blob.Digest.Hex}";
            draft.Add(
                new TarEntry
                {
                    Path = file,
                    Kind = TarEntryKind.File,
                    Mode = 0x124,
                    Size = blob.Size,
                },
                new BlobContent(Environment.Store, blob.Digest)
            ); // 0444
            draft.AddLink($"{Root}/{ContainerdPaths.Blob(blob.Digest)}", $"/{file}");
        }

        if (preload.Unpacked is { } files && laidSnapshots.Add(files.ChainId))
            files.Lay(draft, $"{Snapshots}/{files.ChainId.Hex}/fs");
    }

    private static PreloadedImage Preloaded(NodePreload preload) =>
        new()
        {
            Unpacked = preload.Unpacked?.Usage,
            References = preload.References,
            Manifest = preload.Image.Descriptor,
            ManifestBytes = preload.Image.RawManifest.Bytes,
            ConfigBytes = preload.Image.RawConfig.Bytes,
        };
}
