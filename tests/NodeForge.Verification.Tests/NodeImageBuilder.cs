using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Tests;

/// <summary>A node image that is small and has everything that one has. A test spoils one thing and builds it.</summary>
internal sealed class NodeImageBuilder
{
    public const string Kubernetes = "v1.31.1";
    public const string Store = "var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/";
    public const string Blobs = "usr/lib/nodeforge/blobs/sha256/";
    private const string Meta = "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db";
    private const long Epoch = 1_700_000_000;

    private NodeImageBuilder() { }

    /// <summary>Entries of the base, by path.</summary>
    public SortedDictionary<string, LayerEntry> Files { get; } = new(StringComparer.Ordinal);

    public List<PreloadSpec> Images { get; } = [];

    public Platform Platform { get; set; } = Platform.LinuxAmd64;

    /// <summary>What the preloaded images are for.</summary>
    public Platform StorePlatform { get; set; } = Platform.LinuxAmd64;

    public ContainerDefaults Defaults { get; set; } =
        new()
        {
            Entrypoint = ["/usr/local/bin/entrypoint", "/sbin/init"],
            Env = ["container=docker"],
            StopSignal = "SIGRTMIN+3",
            Labels = new() { ["dev.nodeforge.kubernetes"] = Kubernetes, ["dev.nodeforge.containerd"] = "1.7.24~ds1-6" },
        };

    /// <summary>Changes containerd's records before they are written.</summary>
    public Func<MetadataNamespace, MetadataNamespace> Records { get; set; } = static records => records;

    /// <summary>Changes the image's record before it is written.</summary>
    public Action<JsonObject> Record { get; set; } = static _ => { };

    /// <summary>Changes the files of the last step, blobs and records among them.</summary>
    public Action<SortedDictionary<string, LayerEntry>> Last { get; set; } = static _ => { };

    /// <summary>Changes the bytes of the base's archive behind everybody's back.</summary>
    public Func<byte[], byte[]> Archive { get; set; } = static bytes => bytes;

    /// <summary>Changes the layers' descriptors and diff IDs behind everybody's back.</summary>
    public Func<Layer, Layer> Layers { get; set; } = static layer => layer;

    public static NodeImageBuilder Sound()
    {
        NodeImageBuilder node = new();
        SampleNode.Lay(node);
        foreach (string reference in SampleNode.Closure)
            node.Images.Add(new(reference));
        return node;
    }

    public void Text(string path, string text, int mode = 0x1a4) => Bytes(path, Encoding.UTF8.GetBytes(text), mode);

    public void Bytes(string path, byte[] bytes, int mode = 0x1a4) => Files[path] = File(path, bytes, mode);

    public void Program(string path, byte[] bytes) => Bytes(path, bytes, 0x1ed);

    public void Link(string path, string target) => Files[path] = LinkTo(path, target);

    public void Folder(string path, int mode = 0x1ed) =>
        Files[path] = new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.Directory,
                Mode = mode,
            },
            null
        );

    public void Edit(string path, string from, string to)
    {
        string text = Encoding.UTF8.GetString(((InlineContent)Files[path].Content!).Bytes.Span);
        Assert.Contains(from, text, StringComparison.Ordinal);
        Text(path, text.Replace(from, to, StringComparison.Ordinal), Files[path].Header.Mode);
    }

    public static LayerEntry File(string path, byte[] bytes, int mode = 0x1a4) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.File,
                Mode = mode,
                Size = bytes.Length,
            },
            bytes.Length == 0 ? null : new InlineContent(bytes)
        );

    public static LayerEntry LinkTo(string path, string target) =>
        new(
            new TarEntry
            {
                Path = path,
                Kind = TarEntryKind.SymbolicLink,
                Mode = 0x1ff,
                LinkTarget = target,
            },
            null
        );

    public static byte[] Tar(IEnumerable<LayerEntry> entries)
    {
        using MemoryStream tar = new();
        LayerWriter.Write([.. entries], tar, Epoch);
        return tar.ToArray();
    }

    public Image Build()
    {
        SortedDictionary<string, LayerEntry> last = new(StringComparer.Ordinal);
        LayImages(last);
        last["kind/version"] = File("kind/version", Encoding.ASCII.GetBytes(Kubernetes));
        JsonObject record = SampleNode.Record(this);
        Record(record);
        last["usr/lib/nodeforge/image.json"] = File("usr/lib/nodeforge/image.json", Encoding.UTF8.GetBytes(record.ToJsonString()));
        Last(last);
        byte[][] archives = [Archive(Tar(Files.Values)), Tar(last.Values)];
        ImageConfig config = new()
        {
            Architecture = Platform.Architecture,
            Os = Platform.Os,
            Config = Defaults,
            RootFs = new("layers", [.. archives.Select(archive => Digest.Of(archive))]),
            History = [new() { CreatedBy = "base" }, new() { CreatedBy = "node configuration" }],
        };
        Layer[] layers = [.. archives.Select(LayerOf)];
        Manifest manifest = new()
        {
            Config = Descriptor(MediaTypes.Config, OciJson.Write(config)),
            Layers = [.. layers.Select(layer => layer.Descriptor)],
        };
        return new(
            RawDocument.Create(MediaTypes.Manifest, OciJson.Write(manifest)),
            manifest,
            RawDocument.Create(MediaTypes.Config, OciJson.Write(config)),
            config,
            layers
        )
        {
            Name = "sample",
        };
    }

    private Layer LayerOf(byte[] archive, int index) =>
        Layers(
            new(
                Descriptor(MediaTypes.Layer, archive),
                Digest.Of(archive),
                new("sample", Detail: $"layer {index + 1}"),
                _ => new(new MemoryStream(archive, writable: false))
            )
            {
                Title = index == 0 ? "base" : "node configuration",
            }
        );

    private void LayImages(SortedDictionary<string, LayerEntry> last)
    {
        PreloadedStore store = PreloadedStore.Build(
            [.. Images.Select(image => image.ToPreloaded())],
            new(StorePlatform, DateTimeOffset.FromUnixTimeSeconds(Epoch), MetadataVersion.Containerd1)
        );
        ContainerdMetadata metadata = store.Metadata with { Namespaces = [Records(store.Metadata.Namespaces[0])] };
        using MemoryStream database = new();
        MetadataWriter.Write(metadata, database);
        last[Meta] = File(Meta, database.ToArray());
        foreach (byte[] blob in Images.SelectMany(image => image.Blobs))
        {
            string hex = Digest.Of(blob).Hex;
            last[Blobs + hex] = File(Blobs + hex, blob, 0x124);
            last[Store + hex] = LinkTo(Store + hex, $"/{Blobs}{hex}");
        }
    }

    private static Descriptor Descriptor(string mediaType, byte[] bytes) => new(mediaType, Digest.Of(bytes), bytes.Length);
}
