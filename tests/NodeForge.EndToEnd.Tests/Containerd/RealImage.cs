using System.Formats.Tar;
using System.IO.Compression;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>A small image with layers that can be unpacked and run.</summary>
internal sealed class RealImage
{
    private readonly List<(Descriptor Descriptor, Digest DiffId)> layers = [];

    public Dictionary<Digest, byte[]> Blobs { get; } = [];

    /// <summary>A layer of one executable file.</summary>
    public RealImage AddLayer(string path, byte[] content, bool gzip)
    {
        using MemoryStream plain = new();
        using (TarWriter writer = new(plain, TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, path)
                {
                    DataStream = new MemoryStream(content),
                    Mode = (UnixFileMode)0x1ED,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                }
            );
        byte[] tar = plain.ToArray();
        layers.Add((Add(gzip ? MediaTypes.LayerGzip : MediaTypes.Layer, gzip ? Gzip(tar) : tar), Digest.Of(tar)));
        return this;
    }

    public PreloadedImage Build(params string[] references)
    {
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = Platform.LinuxAmd64.Architecture,
                Os = Platform.LinuxAmd64.Os,
                Config = new ContainerDefaults { Cmd = ["/bin/busybox", "echo", "planted"] },
                RootFs = new RootFs("layers", [.. layers.Select(static layer => layer.DiffId)]),
            }
        );
        byte[] manifest = OciJson.Write(
            new Manifest { Config = Add(MediaTypes.Config, config), Layers = [.. layers.Select(static layer => layer.Descriptor)] }
        );
        return new PreloadedImage
        {
            References = references,
            Manifest = Add(MediaTypes.Manifest, manifest),
            ManifestBytes = manifest,
            ConfigBytes = config,
        };
    }

    /// <summary>The image below an index that also names an image for another platform, which is not there.</summary>
    public PreloadedImage BuildBelowIndex(params string[] references)
    {
        PreloadedImage image = Build(references);
        Descriptor absent = new(MediaTypes.Manifest, Digest.Of("absent"u8), 6) { Platform = Platform.LinuxArm64 };
        byte[] index = OciJson.Write(new ImageIndex { Manifests = [absent, image.Manifest with { Platform = Platform.LinuxAmd64 }] });
        return image with { Index = Add(MediaTypes.Index, index), IndexBytes = index };
    }

    private Descriptor Add(string mediaType, byte[] bytes)
    {
        Descriptor descriptor = new(mediaType, Digest.Of(bytes), bytes.Length);
        Blobs[descriptor.Digest] = bytes;
        return descriptor;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
