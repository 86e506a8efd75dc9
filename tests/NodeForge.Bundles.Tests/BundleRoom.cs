using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;

namespace NodeForge.Bundles.Tests;

/// <summary>A scratch folder with a store, images of a few kilobytes in it, and bundles of them.</summary>
public abstract class BundleRoom : IDisposable
{
    protected BundleRoom() => Store = new(In("store"));

    protected string Folder { get; } = Directory.CreateTempSubdirectory("nf-bundles-").FullName;

    protected BlobStore Store { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    protected string In(string name) => Path.Combine(Folder, name);

    /// <summary>Bytes that zstd makes smaller; another seed, other bytes.</summary>
    protected static byte[] Text(int seed, int length)
    {
        Random random = new(seed);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)('a' + random.Next(4));
        return bytes;
    }

    /// <summary>Bytes that nothing makes smaller.</summary>
    protected static byte[] Noise(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>An image whose layers are these bytes; what is in them does not matter to a bundle.</summary>
    protected Image ImageOf(string name, Platform platform, string mediaType, params byte[][] layers)
    {
        Descriptor[] stored = [.. layers.Select(layer => new Descriptor(mediaType, Store.Write(layer), layer.Length))];
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = platform.Architecture,
                Os = platform.Os,
                RootFs = new("layers", [.. stored.Select(layer => layer.Digest)]),
            }
        );
        byte[] manifest = OciJson.Write(new Manifest { Config = Store.Write(MediaTypes.Config, config).Descriptor, Layers = stored });
        return StoredImages.Of(Store, Store.Write(MediaTypes.Manifest, manifest).Descriptor, ImageReference.Parse(name))[0];
    }

    protected Image ImageOf(string name, params byte[][] layers) => ImageOf(name, Platform.LinuxAmd64, MediaTypes.Layer, layers);

    protected static ImageToBundle Alone(Image image) => new([new(image, null, [])], "asked for");

    protected static Task<WrittenBundle> WriteAsync(
        string file,
        BundleOptions options,
        IReadOnlyList<FileToBundle> files,
        params Image[] images
    ) =>
        BundleWriter.WriteAsync(
            BundlePlan.Create([.. images.Select(Alone)], files),
            file,
            options,
            SilentReporter.Instance,
            CancellationToken.None
        );

    protected static Task<WrittenBundle> WriteAsync(string file, params Image[] images) => WriteAsync(file, new(), [], images);

    /// <summary>Records and volumes so small that a few kilobytes have many.</summary>
    protected static BundleOptions Small(long volumeSize = 0) => new() { ChunkSize = 1024, VolumeSize = volumeSize };

    /// <summary>Two images of three layers, one of them shared, in volumes of 8 KiB.</summary>
    protected async Task<IReadOnlyList<string>> VolumesAsync(string name = "site.nfb", int seed = 0)
    {
        Image first = ImageOf("r.example/a:1", Noise(1 + seed, 9000), Noise(2, 7000));
        Image second = ImageOf("r.example/b:1", Noise(2, 7000), Noise(3 + seed, 11000));
        WrittenBundle written = await WriteAsync(In(name), Small(8192), [], first, second);
        return written.Files;
    }

    protected static Task<BundleReport> VerifyAsync(string place) =>
        BundleVerifier.VerifyAsync(place, SilentReporter.Instance, CancellationToken.None);

    protected static async Task<byte[]> ReadAsync(BundleFile bundle, Digest digest)
    {
        await using Stream content = bundle.Open(digest);
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
