using System.Formats.Tar;
using System.Text;
using NodeForge.Oci;

namespace NodeForge.TestSupport.Registry;

/// <summary>An image of one small layer, in memory.</summary>
public sealed record SmallImage(byte[] Layer, byte[] Config, byte[] Manifest, Platform Platform)
{
    /// <param name="text">What the layer's one file says; other text, other image.</param>
    /// <param name="platform">Its platform.</param>
    /// <param name="encode">Compresses the layer; null leaves it plain.</param>
    /// <param name="mediaType">The layer's media type.</param>
    public static SmallImage Of(string text, Platform platform, Func<byte[], byte[]>? encode = null, string mediaType = MediaTypes.Layer)
    {
        byte[] plain = Tar(text);
        byte[] layer = encode is null ? plain : encode(plain);
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = platform.Architecture,
                Os = platform.Os,
                Variant = platform.Variant,
                RootFs = new("layers", [Digest.Of(plain)]),
            }
        );
        byte[] manifest = OciJson.Write(
            new Manifest
            {
                Config = new(MediaTypes.Config, Digest.Of(config), config.Length),
                Layers = [new(mediaType, Digest.Of(layer), layer.Length)],
            }
        );
        return new(layer, config, manifest, platform);
    }

    public Descriptor Descriptor => new(MediaTypes.Manifest, Digest.Of(Manifest), Manifest.Length) { Platform = Platform };

    /// <summary>Layer, config, manifest.</summary>
    public IEnumerable<byte[]> Blobs => [Layer, Config, Manifest];

    /// <summary>Puts the image under a tag.</summary>
    public Descriptor PushTo(InMemoryRegistry registry, string repository, string? tag)
    {
        registry.AddBlob(repository, Layer);
        registry.AddBlob(repository, Config);
        return registry.AddManifest(repository, tag, Manifest, MediaTypes.Manifest);
    }

    private static byte[] Tar(string text)
    {
        using MemoryStream bytes = new();
        using (TarWriter writer = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, "hello")
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                }
            );
        return bytes.ToArray();
    }
}
