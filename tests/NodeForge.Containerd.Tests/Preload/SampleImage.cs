using NodeForge.Containerd.Preload;
using NodeForge.Oci;

namespace NodeForge.Containerd.Tests.Preload;

/// <summary>An image made of documents alone: layers are named, never read.</summary>
internal sealed record SampleImage(string Reference)
{
    public IReadOnlyList<string> LayerContents { get; init; } = ["layer"];

    public Platform Platform { get; init; } = Platform.LinuxAmd64;

    public string LayerType { get; init; } = MediaTypes.LayerGzip;

    public string ConfigType { get; init; } = MediaTypes.Config;

    public int DiffIds { get; init; } = -1;

    public IReadOnlyList<Descriptor> LayerDescriptors =>
        [
            .. LayerContents.Select(content => new Descriptor(
                LayerType,
                Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)),
                content.Length
            )),
        ];

    public static Digest DiffId(string content) => Digest.Of(System.Text.Encoding.UTF8.GetBytes("plain " + content));

    public byte[] Config =>
        OciJson.Write(
            new ImageConfig
            {
                Architecture = Platform.Architecture,
                Os = Platform.Os,
                Variant = Platform.Variant,
                RootFs = new RootFs("layers", [.. LayerContents.Select(DiffId).Take(DiffIds < 0 ? int.MaxValue : DiffIds)]),
            }
        );

    public Descriptor ConfigDescriptor => Describe(ConfigType, Config);

    public byte[] Manifest => OciJson.Write(new Manifest { Config = ConfigDescriptor, Layers = LayerDescriptors });

    public Descriptor ManifestDescriptor => Describe(MediaTypes.Manifest, Manifest);

    public PreloadedImage Build() =>
        new()
        {
            References = [Reference],
            Manifest = ManifestDescriptor,
            ManifestBytes = Manifest,
            ConfigBytes = Config,
        };

    /// <summary>The image below an index with the given manifests.</summary>
    public PreloadedImage BelowIndex(params Descriptor[] manifests)
    {
        byte[] index = OciJson.Write(new ImageIndex { Manifests = manifests });
        return Build() with { Index = Describe(MediaTypes.Index, index), IndexBytes = index };
    }

    public static Descriptor Describe(string mediaType, byte[] bytes) => new(mediaType, Digest.Of(bytes), bytes.Length);
}
