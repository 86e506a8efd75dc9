using System.Formats.Tar;
using NodeForge.Engines;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Exporting;
using NodeForge.Images.Planning;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Images.Tests.Exporting;

/// <summary>An engine is sent what it lacks.</summary>
public sealed class LoadingIntoEngines : IAsyncDisposable
{
    private const string Reference = "example.com/app:2";
    private const string DockersStore = """{"Driver":"overlay2","DriverStatus":[["Backing Filesystem","extfs"]]}""";

    private readonly AssemblyRoom room = new();
    private readonly ScriptedEngine engine = new();
    private readonly List<byte[]> received = [];
    private readonly Image image;

    public LoadingIntoEngines()
    {
        image = Image("base", "middle", "top");
        engine.On($"GET /images/{Reference}/json", 404, """{"message":"no such image"}""");
        engine.On("GET /info", 200, DockersStore);
        engine.On("GET /version", 200, """{"Version":"20.10.24"}""");
        engine.On("GET /images/json", 200, "[]");
        Loads("""{"stream":"Loaded image: example.com/app:2\n"}""");
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        room.Dispose();
    }

    [Fact]
    public async Task One_that_has_nothing_gets_a_whole_archive()
    {
        await WriteAsync();
        IImageSource sent = ImageArchives.Open(room.Write("sent.tar", Assert.Single(received)), CancellationToken.None);
        Assert.Equal(Reference, Assert.Single(await sent.ListAsync(CancellationToken.None)).DisplayName);
        Assert.Equal(image.Layers.Select(layer => layer.Descriptor.Digest), Sent());
    }

    [Fact]
    public async Task One_that_has_this_very_image_gets_nothing()
    {
        engine.On($"GET /images/{Reference}/json", 200, $$"""{"Id":"{{image.Id}}"}""");
        await WriteAsync();
        Assert.Empty(received);
    }

    [Fact]
    public async Task Layers_that_another_image_has_at_the_same_place_are_left_out()
    {
        Has(image.Config.RootFs.DiffIds.Take(2).Append(Digest.Of("its own"u8)));
        await WriteAsync();
        Assert.Equal([image.Layers[2].Descriptor.Digest], Sent());
    }

    [Fact]
    public async Task A_layer_over_other_layers_is_another_layer()
    {
        Has([Digest.Of("another base"u8), .. image.Config.RootFs.DiffIds.Skip(1)]);
        await WriteAsync();
        Assert.Equal(3, Sent().Count);
    }

    [Fact]
    public async Task A_store_of_containerd_s_takes_no_archive_with_gaps_and_gets_everything()
    {
        Has(image.Config.RootFs.DiffIds);
        engine.On("GET /info", 200, """{"Driver":"overlayfs","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}""");
        await WriteAsync();
        Assert.Equal(3, Sent().Count);
    }

    [Fact]
    public async Task Podman_takes_no_archive_with_gaps_and_gets_everything()
    {
        Has(image.Config.RootFs.DiffIds);
        engine.On("GET /_ping", call => call.AnswerAsync(200, "OK", ("Api-Version", "1.41"), ("Libpod-API-Version", "4.3.1")));
        await WriteAsync();
        Assert.Equal(3, Sent().Count);
    }

    [Fact]
    public async Task Where_the_other_image_went_meanwhile_everything_is_sent_again()
    {
        Has(image.Config.RootFs.DiffIds.Take(1));
        int calls = 0;
        engine.On(
            "POST /images/load",
            async call =>
            {
                received.Add(await call.ReadBodyAsync());
                await call.AnswerAsync(
                    200,
                    ++calls == 1
                        ? """{"error":"open /tmp/blobs/sha256/ab: no such file or directory"}"""
                        : """{"stream":"Loaded image: example.com/app:2\n"}"""
                );
            }
        );
        await WriteAsync();
        Assert.Equal(2, received.Count);
        Assert.Equal(3, Sent().Count);
    }

    private async Task WriteAsync()
    {
        await new EngineStore(_ => engine.ConnectAsync(), ImageReference.Parse(Reference)).WriteAsync([image], CancellationToken.None);
    }

    private void Loads(string answer) =>
        engine.On(
            "POST /images/load",
            async call =>
            {
                received.Add(await call.ReadBodyAsync());
                await call.AnswerAsync(200, answer);
            }
        );

    private void Has(IEnumerable<Digest> diffIds)
    {
        engine.On("GET /images/json", 200, """[{"Id":"sha256:other"}]""");
        engine.On(
            "GET /images/sha256:other/json",
            200,
            $$"""{"Id":"sha256:other","RootFS":{"Layers":["{{string.Join("\",\"", diffIds)}}"]} }"""
        );
    }

    // The layers in the last archive, in the image's order.
    private IReadOnlyList<Digest> Sent()
    {
        using System.Formats.Tar.TarReader tar = new(new MemoryStream(received[^1]));
        HashSet<string> names = [];
        while (tar.GetNextEntry() is { } entry)
            names.Add(entry.Name);
        return [.. image.Layers.Select(layer => layer.Descriptor.Digest).Where(digest => names.Contains($"blobs/sha256/{digest.Hex}"))];
    }

    private Image Image(params string[] texts)
    {
        ContainerImageRecipe recipe = new()
        {
            File = "/r/app.yaml",
            Name = "app",
            Platforms = [Platform.LinuxAmd64],
            Tags = [],
            Contents = new ImageContents(),
        };
        ContainerImagePlan plan = new()
        {
            Name = "app",
            Platform = Platform.LinuxAmd64,
            Epoch = AssemblyRoom.Epoch,
            Digest = Digest.Of("plan"u8),
            Recipe = recipe,
            Part = new() { Recipe = "app.yaml", Platform = "linux/amd64" },
        };
        Layer[] layers =
        [
            .. texts.Select(text =>
                LayerWriter
                    .WriteToStore([AssemblyRoom.File_(text, text)], room.Store, LayerEncoding.None, AssemblyRoom.Epoch)
                    .Titled(text, room.Store)
            ),
        ];
        return ImageWriter.Write(plan, layers, recipe.Contents, null, room.Store);
    }
}
