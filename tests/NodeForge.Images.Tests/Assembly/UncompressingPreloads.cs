using System.Text.Json;
using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Images.Assembly;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using RecipeImage = NodeForge.Recipes.ImageSource;

namespace NodeForge.Images.Tests.Assembly;

/// <summary><c>preload: {layers: uncompressed}</c>: the images are the same, and nothing of them has to be unpacked twice.</summary>
public sealed class UncompressingPreloads : IDisposable
{
    private const string Reference = "example.com/shop/packed:1";
    private readonly NodeRoom node = new();

    public void Dispose() => node.Dispose();

    [Fact]
    public async Task Every_layer_lies_plain_in_the_node_below_the_same_image_ID()
    {
        Packed packed = Pack(node.Room.Store);
        Image image = await AssembleAsync(node, Layout(node, packed));

        MetadataNamespace cri = Database(node, image);
        ImageRecord named = cri.Images.Single(record => record.Name == Reference);
        Manifest manifest = JsonSerializer.Deserialize(Blob(node, named.Target.Digest), OciJson.Default.Manifest)!;
        Assert.NotEqual(packed.Manifest.Digest, named.Target.Digest);
        Assert.Equal(packed.Config, manifest.Config);
        Assert.Equal(named.Target, cri.Images.Single(record => record.Name == packed.Config.Digest.ToString()).Target);
        Assert.Equal(packed.DiffIds, manifest.Layers.Select(layer => layer.Digest));
        Assert.All(manifest.Layers, layer => Assert.Equal(MediaTypes.Layer, layer.MediaType));
        Assert.All(
            manifest.Layers,
            layer =>
                Assert.Equal(
                    layer.Digest.ToString(),
                    cri.Content.Single(blob => blob.Digest == layer.Digest).Labels["containerd.io/uncompressed"]
                )
        );
        Assert.DoesNotContain(cri.Content, blob => packed.Layers.Any(layer => layer.Descriptor.Digest == blob.Digest));
        Assert.Contains("hello", node.Room.Read(manifest.Layers[0]).Keys);
    }

    [Fact]
    public async Task The_nodes_record_says_what_manifest_the_image_had()
    {
        Packed packed = Pack(node.Room.Store);
        JsonElement[] closure = Closure(node, await AssembleAsync(node, Layout(node, packed)));
        Assert.Equal(packed.Manifest.Digest.ToString(), closure[^1].GetProperty("sourceManifest").GetString());
        Assert.NotEqual(packed.Manifest.Digest.ToString(), closure[^1].GetProperty("manifest").GetString());
    }

    [Fact]
    public async Task An_image_of_plain_layers_keeps_its_manifest()
    {
        JsonElement[] kept = Closure(node, await node.AssembleAsync(node.Recipe));
        JsonElement[] unpacked = Closure(
            node,
            await AssembleAsync(node, node.Archive("pause.tar"), node.Archive("extra.tar"), node.Archive("other.tar"))
        );
        Assert.Equal(kept.Select(image => image.ToString()), unpacked.Select(image => image.ToString()));
    }

    [Fact]
    public async Task A_manifest_of_dockers_keeps_to_dockers_media_types()
    {
        Packed packed = Pack(node.Room.Store, MediaTypes.DockerManifest, MediaTypes.DockerConfig, MediaTypes.DockerLayerGzip);
        Image image = await AssembleAsync(node, Layout(node, packed));
        ImageRecord named = Database(node, image).Images.Single(record => record.Name == Reference);
        Manifest manifest = JsonSerializer.Deserialize(Blob(node, named.Target.Digest), OciJson.Default.Manifest)!;
        Assert.Equal((MediaTypes.DockerManifest, MediaTypes.DockerManifest), (named.Target.MediaType, manifest.MediaType));
        Assert.All(manifest.Layers, layer => Assert.Equal(MediaTypes.DockerLayer, layer.MediaType));
    }

    [Fact]
    public async Task Archives_have_them_plain_too()
    {
        Image image = await node.AssembleAsync(
            node.Recipe with
            {
                Preload = new(PreloadMethod.Archives) { Layers = PreloadedLayers.Uncompressed },
                Images = [Layout(node, Pack(node.Room.Store))],
            }
        );
        Layer layer = image.Layers.Single(layer => layer.Title == "image packed-1");
        string archive = node.Room.Write(
            "packed.tar",
            System.Text.Encoding.Latin1.GetBytes(node.Room.Read(layer.Descriptor)["usr/lib/nodeforge/images/packed-1.tar"].Text)
        );
        IImageSource read = ImageArchives.Open(archive, CancellationToken.None);
        Image taken = await new BlobStore(node.Room["taken"]).TakeAsync(
            await read.FindAsync(Reference, Platform.LinuxAmd64, CancellationToken.None),
            CancellationToken.None
        );
        Assert.All(taken.Layers, plain => Assert.Equal(plain.DiffId, plain.Descriptor.Digest));
    }

    [Fact]
    public async Task The_same_image_comes_out_in_another_folder_and_from_an_image_that_another_encoder_made()
    {
        using NodeRoom other = new();
        Image one = await AssembleAsync(node, Layout(node, Pack(node.Room.Store)));
        Image same = await AssembleAsync(other, Layout(other, Pack(other.Room.Store)));
        Image recoded = await AssembleAsync(
            other,
            Layout(other, Pack(other.Room.Store, encoding: LayerEncoding.Zstd, layerType: MediaTypes.LayerZstd))
        );
        Assert.Equal(one.Id, same.Id);
        // All but the last layer, where the record has the manifest at the origin.
        Assert.Equal(one.Config.RootFs.DiffIds.SkipLast(1), recoded.Config.RootFs.DiffIds.SkipLast(1));
    }

    [Fact]
    public async Task An_image_that_only_its_digest_names_is_refused_with_the_two_ways_out()
    {
        Packed packed = Pack(node.Room.Store);
        string reference = $"example.com/shop/packed@{packed.Manifest.Digest}";
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => AssembleLockedAsync(reference, packed));
        Assert.Equal(ErrorCodes.PreloadDigestChanges, problem.Code);
        Assert.Equal((reference, packed.Manifest.Digest.ToString()), (problem.Where!.Resource, problem.Where.Detail));
        Assert.Contains("tags", problem.Hint, StringComparison.Ordinal);
        Assert.Contains("layers: kept", problem.Hint, StringComparison.Ordinal);

        Assert.NotNull(await AssembleLockedAsync(reference, packed, tags: Reference));
    }

    [Fact]
    public async Task A_layer_that_unpacks_to_something_else_than_the_config_says_is_named_with_its_image()
    {
        Packed packed = Pack(node.Room.Store, diffIds: [Digest.Of("other"u8), Digest.Of("another"u8)]);
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => AssembleLockedAsync(Reference, packed));
        Assert.Equal(ErrorCodes.DiffIdMismatch, problem.Code);
        Assert.Equal(Reference, problem.Where!.Resource);
        Assert.Contains(
            packed.Layers.Select(layer => layer.Descriptor.Digest.ToString()),
            digest => problem.Where.Detail!.EndsWith(digest, StringComparison.Ordinal)
        );
        Assert.NotNull(problem.Hint);
    }

    [Fact]
    public async Task A_layer_that_was_cut_is_named_with_its_image()
    {
        Packed packed = Pack(node.Room.Store);
        byte[] cut = Blob(node, packed.Layers[0].Descriptor.Digest)[..^4];
        Packed broken = Write(
            node.Room.Store,
            MediaTypes.Manifest,
            packed.Config,
            [new(MediaTypes.LayerGzip, node.Room.Store.Write(cut), cut.Length), packed.Layers[1].Descriptor],
            packed
        );
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => AssembleLockedAsync(Reference, broken));
        Assert.Equal(ErrorCodes.CompressedDataInvalid, problem.Code);
        Assert.Contains(Reference, problem.Where!.ToString(), StringComparison.Ordinal);
        Assert.Contains(Digest.Of(cut).ToString(), problem.Where.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_image_of_fewer_diff_IDs_than_layers_is_refused()
    {
        Packed packed = Pack(node.Room.Store, diffIds: [Digest.Of("one"u8)]);
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => AssembleLockedAsync(Reference, packed));
        Assert.Equal((ErrorCodes.DiffIdMismatch, "2 layers", "1"), (problem.Code, problem.Got, problem.Want));
        Assert.Equal(packed.Config.Digest.ToString(), problem.Where!.Detail);
    }

    private static Task<Image> AssembleAsync(NodeRoom room, params NodeForge.Recipes.PreloadedImage[] images) =>
        room.AssembleAsync(room.Recipe with { Preload = Uncompressed, Images = images });

    private Task<Image> AssembleLockedAsync(string reference, Packed packed, params string[] tags)
    {
        RecipeImage source = new("docker://" + reference, null);
        LockedImage image = new(
            source.Text,
            packed.Manifest.Digest,
            [
                .. packed
                    .Layers.Select(layer => layer.Descriptor)
                    .Prepend(packed.Config)
                    .Prepend(packed.Manifest)
                    .Select(blob => new LockedBlob(blob.MediaType, blob.Digest, blob.Size)),
            ]
        );
        RecipeLock locked = NodeRoom.Lock with { Parts = [NodeRoom.Lock.Parts[0] with { Sources = [image] }] };
        NodeImageRecipe recipe = node.Recipe with { Preload = Uncompressed, Images = [new() { Image = source, Tags = tags }] };
        return new ImageAssembler(node.Room.Environment).AssembleAsync(
            Planner.Plan(recipe, locked, Platform.LinuxAmd64),
            CancellationToken.None
        );
    }

    private static Preloading Uncompressed => new(PreloadMethod.ContentStore) { Layers = PreloadedLayers.Uncompressed };

    private static MetadataNamespace Database(NodeRoom room, Image image) =>
        MetadataReader
            .Read(
                new MemoryStream(
                    System.Text.Encoding.Latin1.GetBytes(room.Last(image)["var/lib/containerd/" + ContainerdPaths.Metadata].Text)
                ),
                "meta.db"
            )
            .Namespaces.Single();

    private static JsonElement[] Closure(NodeRoom room, Image image) =>
        [.. JsonDocument.Parse(room.Last(image)["usr/lib/nodeforge/image.json"].Text).RootElement.GetProperty("closure").EnumerateArray()];

    private static byte[] Blob(NodeRoom room, Digest digest) => room.Room.Store.ReadAllBytes(digest);

    private static NodeForge.Recipes.PreloadedImage Layout(NodeRoom room, Packed packed)
    {
        string folder = "packed-" + packed.Manifest.Digest.ShortHex;
        OciLayout
            .WriteAsync(room.Room[folder], StoredImages.Of(room.Room.Store, packed.Manifest, ImageReference.Parse(Reference)), default)
            .GetAwaiter()
            .GetResult();
        return new() { Image = new RecipeImage("oci:" + folder, room.Room[folder]) };
    }

    private static Packed Pack(
        BlobStore store,
        string manifestType = MediaTypes.Manifest,
        string configType = MediaTypes.Config,
        string layerType = MediaTypes.LayerGzip,
        LayerEncoding? encoding = null,
        IReadOnlyList<Digest>? diffIds = null
    )
    {
        LayerBlob[] layers =
        [
            .. new[] { "first", "second" }.Select(text =>
                LayerWriter.WriteToStore([AssemblyRoom.File_("hello", text)], store, encoding ?? LayerEncoding.Gzip, AssemblyRoom.Epoch)
            ),
        ];
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", diffIds ?? [.. layers.Select(layer => layer.DiffId)]),
            }
        );
        Packed packed = new(default!, new(configType, store.Write(config), config.Length), layers);
        return Write(
            store,
            manifestType,
            packed.Config,
            [
                .. layers.Select(layer =>
                    layer.Descriptor with
                    {
                        MediaType = layerType,
                        Annotations = new() { ["example.com/of"] = "the compressed bytes" },
                    }
                ),
            ],
            packed
        );
    }

    private static Packed Write(BlobStore store, string mediaType, Descriptor config, IReadOnlyList<Descriptor> layers, Packed packed)
    {
        byte[] manifest = OciJson.Write(
            new Manifest
            {
                MediaType = mediaType,
                Config = config,
                Layers = layers,
            }
        );
        return packed with
        {
            Manifest = new(mediaType, store.Write(manifest), manifest.Length),
            Layers = [.. layers.Zip(packed.Layers, (layer, was) => was with { Descriptor = layer })],
        };
    }

    private sealed record Packed(Descriptor Manifest, Descriptor Config, IReadOnlyList<LayerBlob> Layers)
    {
        public IEnumerable<Digest> DiffIds => Layers.Select(layer => layer.DiffId);
    }
}
