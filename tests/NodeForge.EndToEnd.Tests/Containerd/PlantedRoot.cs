using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>A root folder of containerd with images planted as files.</summary>
internal sealed class PlantedRoot
{
    public static readonly DateTimeOffset Epoch = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    /// <summary>The one image that the kubelet may remove.</summary>
    public const string Unpinned = "registry.test/unpinned:1";

    private PlantedRoot(string path, PreloadedStore store)
    {
        Path = path;
        Store = store;
    }

    public string Path { get; }

    public PreloadedStore Store { get; }

    public IReadOnlyList<ImageRecord> Images => Store.Metadata.Namespaces[0].Images;

    /// <summary>Busybox under two names; an image of many layers; one below an index; and as many small ones as make the buckets span
    /// several pages.</summary>
    public static async Task<PlantedRoot> PlantAsync(string path, MetadataVersion schema)
    {
        byte[] busybox = await File.ReadAllBytesAsync(
            System.IO.Path.Combine(await DebianPackages.UnpackAsync("bookworm", "busybox-static"), "bin/busybox")
        );
        Dictionary<Digest, byte[]> blobs = [];
        List<PreloadedImage> images = [];
        Add(
            new RealImage().AddLayer("bin/busybox", busybox, gzip: true),
            image => image.Build("busybox:1.35", "registry.test/tools/busybox:1") with { Unpacked = new(busybox.Length, 3) }
        );
        Add(Layered(60), static image => image.Build("registry.test/layered:1"));
        Add(
            new RealImage().AddLayer("bin/busybox", busybox, gzip: false),
            static image => image.BuildBelowIndex("registry.test/indexed:1")
        );
        for (int i = 0; i < 20; i++)
            Add(
                new RealImage().AddLayer($"small/{i}", [(byte)i], gzip: true),
                image => image.Build($"registry.test/small/image-{i}:v1.20.2")
            );
        Add(new RealImage().AddLayer("unpinned", [1], gzip: true), static image => image.Build(Unpinned) with { Pinned = false });
        PreloadedStore store = PreloadedStore.Build(images, new PreloadOptions(Platform.LinuxAmd64, Epoch, schema));
        store.RequireContent(digest => blobs.TryGetValue(digest, out byte[]? bytes) ? bytes.Length : null);
        Write(path, store, blobs);
        WriteSnapshot(path, store, busybox);
        return new PlantedRoot(path, store);

        void Add(RealImage image, Func<RealImage, PreloadedImage> build)
        {
            images.Add(build(image));
            foreach ((Digest digest, byte[] bytes) in image.Blobs)
                blobs[digest] = bytes;
        }
    }

    private static RealImage Layered(int count)
    {
        RealImage image = new();
        for (int i = 0; i < count; i++)
            image.AddLayer($"layer/{i}", [(byte)i, 1], gzip: i % 2 == 0);
        return image;
    }

    private static void Write(string root, PreloadedStore store, Dictionary<Digest, byte[]> blobs)
    {
        foreach (StoreFolder folder in PreloadedStore.Folders)
            Directory.CreateDirectory(System.IO.Path.Combine(root, folder.Path), (UnixFileMode)folder.Mode);
        // As a node image has them: links in the store, blobs in a folder that containerd never writes to.
        string elsewhere = Directory.CreateDirectory(root + "-blobs").FullName;
        foreach (ContentFile file in store.Content)
        {
            WriteFile(System.IO.Path.Combine(elsewhere, file.Digest.Hex), blobs[file.Digest], ContentFile.Mode);
            File.CreateSymbolicLink(System.IO.Path.Combine(root, file.Path), System.IO.Path.Combine(elsewhere, file.Digest.Hex));
        }

        WriteFile(System.IO.Path.Combine(root, ContainerdPaths.Metadata), store.MetadataBytes(), PreloadedStore.MetadataMode);
    }

    // As in a node image: a link to a folder that containerd never writes to.
    private static void WriteSnapshot(string root, PreloadedStore store, byte[] busybox)
    {
        foreach (StoreFolder folder in PreloadedStore.OverlayFolders)
            Directory.CreateDirectory(System.IO.Path.Combine(root, folder.Path), (UnixFileMode)folder.Mode);
        SnapshotFolder snapshot = Assert.Single(store.Snapshots);
        string elsewhere = Directory
            .CreateDirectory(System.IO.Path.Combine(root + "-snapshots", snapshot.ChainId.Hex, "fs", "bin"))
            .FullName;
        WriteFile(System.IO.Path.Combine(elsewhere, "busybox"), busybox, 0x1ED);
        Directory.CreateSymbolicLink(
            System.IO.Path.Combine(root, snapshot.Path),
            System.IO.Path.Combine(root + "-snapshots", snapshot.ChainId.Hex)
        );
        WriteFile(
            System.IO.Path.Combine(root, ContainerdPaths.OverlayMetadata),
            store.OverlayMetadataBytes(),
            PreloadedStore.OverlayMetadataMode
        );
    }

    private static void WriteFile(string path, byte[] bytes, int mode)
    {
        File.WriteAllBytes(path, bytes);
        File.SetUnixFileMode(path, (UnixFileMode)mode);
    }
}
