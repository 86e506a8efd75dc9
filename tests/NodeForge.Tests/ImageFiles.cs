using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Tests;

/// <summary>An image of one layer as the files of a layout or an archive, whole until a test spoils one of them.</summary>
internal sealed class ImageFiles
{
    private const string Layouts = "oci";
    private const string DockerArchive = "docker-archive";
    private readonly SmallImage image;

    private ImageFiles(string transport, string reference, SmallImage image)
    {
        Transport = transport;
        Reference = reference;
        this.image = image;
        if (transport != DockerArchive)
        {
            Files["oci-layout"] = Encoding.UTF8.GetBytes("""{"imageLayoutVersion":"1.0.0"}""");
            Index = new() { Manifests = [image.Descriptor with { Annotations = new() { ["io.containerd.image.name"] = reference } }] };
            Files[Manifest] = image.Manifest;
        }
        else
            DockerManifest = $$"""[{"Config":"{{Config}}","RepoTags":["{{reference}}"],"Layers":["{{Layer}}"]}]""";

        Files[Config] = image.Config;
        Files[Layer] = image.Layer;
    }

    /// <summary>By path within the layout or archive.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    public string Transport { get; }

    public string Reference { get; }

    public string Config => PathOf(image.Config);

    public string Layer => PathOf(image.Layer);

    public string Manifest => PathOf(image.Manifest);

    public Descriptor Descriptor => image.Descriptor;

    /// <summary>A layout's <c>index.json</c>.</summary>
    public ImageIndex Index
    {
        get => JsonSerializer.Deserialize(Files["index.json"], OciJson.Default.ImageIndex)!;
        set => Files["index.json"] = OciJson.Write(value);
    }

    /// <summary>A docker-archive's <c>manifest.json</c>.</summary>
    public string DockerManifest
    {
        get => Encoding.UTF8.GetString(Files["manifest.json"]);
        set => Files["manifest.json"] = Encoding.UTF8.GetBytes(value);
    }

    /// <param name="transport">oci, oci-archive or docker-archive.</param>
    /// <param name="reference">What the image is called in it.</param>
    /// <param name="text">Other text, other image.</param>
    /// <param name="platform">Its platform; null for linux/amd64.</param>
    public static ImageFiles In(
        string transport,
        string reference = "registry.test/shop:1",
        string text = "hello",
        Platform? platform = null
    ) => new(transport, reference, SmallImage.Of(text, platform ?? Platform.LinuxAmd64));

    public static string PathOf(byte[] blob) => "blobs/sha256/" + Digest.Of(blob).Hex;

    /// <summary>Writes the folder or the archive.</summary>
    public void Write(string path)
    {
        if (Transport != Layouts)
        {
            File.WriteAllBytes(path, Tar());
            return;
        }

        foreach ((string name, byte[] content) in Files)
        {
            string file = Path.Combine(path, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }
    }

    public byte[] Tar()
    {
        using MemoryStream bytes = new();
        using (TarWriter writer = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in Files)
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return bytes.ToArray();
    }
}
