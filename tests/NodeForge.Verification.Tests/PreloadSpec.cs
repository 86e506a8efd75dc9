using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Tests;

/// <summary>A small image to be preloaded: one layer, one config, one manifest, each of them bytes that can be spoilt.</summary>
internal sealed class PreloadSpec
{
    public PreloadSpec(string reference, string architecture = "amd64")
    {
        References = [reference];
        Layer = NodeImageBuilder.Tar([
            new(
                new TarEntry
                {
                    Path = "bin/" + reference.Split('/')[^1].Split(':')[0],
                    Kind = TarEntryKind.File,
                    Mode = 0x1ed,
                    Size = reference.Length,
                },
                new InlineContent(System.Text.Encoding.ASCII.GetBytes(reference))
            ),
        ]);
        Config = OciJson.Write(
            new ImageConfig
            {
                Architecture = architecture,
                Os = "linux",
                RootFs = new("layers", [Digest.Of(Layer)]),
            }
        );
        Manifest = OciJson.Write(
            new Manifest
            {
                Config = new(MediaTypes.Config, Digest.Of(Config), Config.Length),
                Layers = [new(MediaTypes.Layer, Digest.Of(Layer), Layer.Length)],
            }
        );
    }

    public IReadOnlyList<string> References { get; set; }

    public byte[] Layer { get; }

    public byte[] Config { get; }

    public byte[] Manifest { get; }

    public Descriptor Descriptor => new(MediaTypes.Manifest, Digest.Of(Manifest), Manifest.Length);

    public IEnumerable<byte[]> Blobs => [Manifest, Config, Layer];

    public PreloadedImage ToPreloaded() =>
        new()
        {
            References = References,
            Manifest = Descriptor,
            ManifestBytes = Manifest,
            ConfigBytes = Config,
        };
}
