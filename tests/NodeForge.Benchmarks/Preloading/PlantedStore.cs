using System.Diagnostics;
using NodeForge.Benchmarks.Measuring;
using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;

namespace NodeForge.Benchmarks.Preloading;

/// <summary>Archives laid below a root of containerd as a build lays them into a node, by the same library.</summary>
internal static class PlantedStore
{
    public static Measurement Plant(string root, IReadOnlyList<string> archives)
    {
        long begun = Stopwatch.GetTimestamp();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        BlobStore store = new(Path.Combine(root, "blobs"));
        PreloadedImage[] images = new PreloadedImage[archives.Count];
        Parallel.For(0, archives.Count, index => images[index] = Read(archives[index], store));
        PreloadedStore planted = PreloadedStore.Build(
            images,
            new(Platform.LinuxAmd64, DateTimeOffset.UnixEpoch, MetadataVersion.Containerd1)
        );
        planted.RequireContent(store.SizeOf);
        foreach (StoreFolder folder in PreloadedStore.Folders)
            Directory.CreateDirectory(Path.Combine(root, folder.Path), (UnixFileMode)folder.Mode);
        foreach (ContentFile file in planted.Content)
            File.CreateSymbolicLink(Path.Combine(root, file.Path), store.PathOf(file.Digest));
        File.WriteAllBytes(Path.Combine(root, ContainerdPaths.Metadata), planted.MetadataBytes());
        return new(Stopwatch.GetElapsedTime(begun), Environment.CpuUsage.TotalTime - processor, 0);
    }

    private static PreloadedImage Read(string archive, BlobStore store)
    {
        IImageSource source = ImageArchives.Open(archive, CancellationToken.None);
        IReadOnlyList<ImageEntry> entries = source.ListAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Image image = source.OpenAsync(entries[0], Platform.LinuxAmd64, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        image = store.TakeAsync(image, CancellationToken.None).GetAwaiter().GetResult();
        return new()
        {
            References = [.. entries.SelectMany(named => named.References).Select(reference => reference.ToString()).Distinct()],
            Manifest = image.Descriptor,
            ManifestBytes = image.RawManifest.Bytes,
            ConfigBytes = image.RawConfig.Bytes,
        };
    }
}
