using System.Diagnostics;
using NodeForge.Benchmarks.Measuring;
using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layouts;

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
        PreloadedStore planted = PreloadedStore.Build(images, new(Platform.LinuxAmd64, DateTimeOffset.UnixEpoch, MetadataVersion.Containerd1));
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
        ImageSource source = ImageSource.OpenArchive(archive, CancellationToken.None);
        ImportedImage image = source.ImportAsync(source.Images[0], store, Platform.LinuxAmd64, CancellationToken.None).GetAwaiter().GetResult();
        return new()
        {
            References = [.. source.Images.SelectMany(named => named.References).Select(reference => reference.ToString()).Distinct()],
            Manifest = image.Descriptor,
            ManifestBytes = store.ReadAllBytes(image.Descriptor.Digest),
            ConfigBytes = store.ReadAllBytes(image.Manifest.Config.Digest),
        };
    }
}
