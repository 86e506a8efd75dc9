using NodeForge.Images.Assembly;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using RecipeImage = NodeForge.Recipes.ImageSource;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>A registry gives bytes of a digest. That manifest and config say the truth of them is found out before an image is made of
/// them, whether it is a base or preloaded as it is.</summary>
public sealed class OpeningLockedImages : IDisposable
{
    private const string Reference = "example.com/shop/locked:1";
    private static readonly byte[] Plain = AssemblyRoom.Tar(
        AssemblyRoom.Folder_("usr/sbin"),
        AssemblyRoom.File_("usr/lib/systemd/system/containerd.service", "[Install]\nWantedBy=multi-user.target\n")
    );
    private static readonly byte[] Packed = AssemblyRoom.Encode(Plain, LayerEncoding.Gzip);
    private readonly NodeRoom node = new();

    public void Dispose() => node.Dispose();

    [Theory]
    [InlineData("base")]
    [InlineData("kept")]
    [InlineData("uncompressed")]
    public async Task Layers_that_are_what_is_said_of_them_are_taken_and_looked_at_once(string use)
    {
        LockedImage image = Lock(Packed, MediaTypes.LayerGzip, Plain);
        await AssembleAsync(use, image);
        int before = node.Room.Events.Count;
        await AssembleAsync(use, image);
        Assert.All(
            node.Room.Events.Skip(before).OfType<StepFinished>().Where(step => step.Title.StartsWith("check ", StringComparison.Ordinal)),
            step => Assert.Equal("cached", step.Detail)
        );
    }

    public static TheoryData<string, string, string, string> Lies =>
        new()
        {
            { "another diff ID", "gzip", MediaTypes.LayerGzip, "NF5112" },
            { "another diff ID, plain", "plain", MediaTypes.Layer, "NF5112" },
            { "plain that is called gzip", "plain as said", MediaTypes.LayerGzip, "NF4120" },
            { "gzip that is called plain", "gzip as said", MediaTypes.Layer, "NF4120" },
            { "gzip that is called plain, with its own digest", "gzip of itself", MediaTypes.Layer, "NF4120" },
        };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_layer_of_which_something_else_is_said_is_refused_with_image_and_digest(
        string what,
        string bytes,
        string mediaType,
        string code
    )
    {
        Assert.NotEmpty(what);
        byte[] layer = bytes.StartsWith("gzip", StringComparison.Ordinal) ? Packed : Plain;
        byte[] said = bytes switch
        {
            "gzip of itself" => Packed,
            "plain as said" or "gzip as said" => Plain,
            _ => [1],
        };
        foreach (string use in new[] { "base", "kept", "uncompressed" })
        {
            Diagnostic problem = await AssemblyRoom.FailsAsync(() => AssembleAsync(use, Lock(layer, mediaType, said)));
            Assert.True(code == problem.Code.Id, $"{use}: {problem}");
            Assert.Contains(Reference, problem.Where!.ToString(), StringComparison.Ordinal);
            Assert.Contains(Digest.Of(layer).ToString(), problem.Where.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_config_of_other_bytes_is_not_believed()
    {
        LockedImage image = Lock(Packed, MediaTypes.LayerGzip, Plain);
        string config = node.Room.Store.PathOf(image.Blobs[1].Digest);
        File.SetUnixFileMode(config, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("linux", "minix", StringComparison.Ordinal));
        Assert.Equal(ErrorCodes.DigestMismatch, (await AssemblyRoom.FailsAsync(() => AssembleAsync("base", image))).Code);
    }

    private LockedImage Lock(byte[] layer, string mediaType, byte[] said)
    {
        BlobStore store = node.Room.Store;
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", [Digest.Of(said)]),
            }
        );
        Descriptor[] blobs = [new(MediaTypes.Config, store.Write(config), config.Length), new(mediaType, store.Write(layer), layer.Length)];
        byte[] manifest = OciJson.Write(new Manifest { Config = blobs[0], Layers = [blobs[1]] });
        Descriptor root = new(MediaTypes.Manifest, store.Write(manifest), manifest.Length);
        return new(
            "docker://" + Reference,
            root.Digest,
            [.. blobs.Prepend(root).Select(blob => new LockedBlob(blob.MediaType, blob.Digest, blob.Size))]
        );
    }

    private Task<Image> AssembleAsync(string use, LockedImage image)
    {
        RecipeImage source = new(image.Reference, null);
        RecipeLock locked = NodeRoom.Lock with { Parts = [NodeRoom.Lock.Parts[0] with { Sources = [image] }] };
        NodeImageRecipe recipe = use switch
        {
            "base" => node.Recipe with { Base = new(null, source), Images = [] },
            "kept" => node.Recipe with { Images = [new() { Image = source }] },
            _ => node.Recipe with
            {
                Preload = new(PreloadMethod.ContentStore) { Layers = PreloadedLayers.Uncompressed },
                Images = [new() { Image = source }],
            },
        };
        return new ImageAssembler(node.Room.Environment).AssembleAsync(
            Planner.Plan(recipe, locked, Platform.LinuxAmd64),
            CancellationToken.None
        );
    }
}
