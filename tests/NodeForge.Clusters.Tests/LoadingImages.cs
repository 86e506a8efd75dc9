using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Images;
using NodeForge.Engines;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class LoadingImages : IDisposable
{
    private const string NodeName = "lab-control-plane";
    private static readonly byte[] LayerThere = SmallTar("there"),
        LayerNew = SmallTar("new");
    private static readonly string There = Digest.Of(LayerThere).ToString(),
        New = Digest.Of(LayerNew).ToString();

    private readonly string folder = Directory.CreateTempSubdirectory("nf-load-").FullName;
    private readonly List<string> finished = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_node_is_sent_what_it_lacks_and_the_name_that_the_kubelet_asks_for()
    {
        await using ScriptedEngine engine = Engine();
        LoadingNode node = new(engine, blobs: [There]);
        byte[] config = Config();
        engine
            .On("GET /images/app:1/json", 200, Inspected(config))
            .On("GET /images/get", call => call.StreamAsync([DockerArchive(config)]));

        LoadedImage loaded = Assert.Single(await LoadAsync(engine, "app:1"));

        Assert.Equal(("docker.io/library/app:1", Digest.Of(config).ToString()), (loaded.Name, loaded.ImageId));
        Dictionary<string, byte[]> archive = node.Archive();
        Assert.Contains("blobs/sha256/" + New[7..], archive.Keys);
        Assert.DoesNotContain("blobs/sha256/" + There[7..], archive.Keys);
        Assert.Equal(config, archive["blobs/sha256/" + Digest.Of(config).Hex]);
        Assert.Contains("\"docker.io/library/app:1\"", Encoding.UTF8.GetString(archive["index.json"]), StringComparison.Ordinal);
        Manifest manifest = JsonSerializer.Deserialize(archive[ManifestPath(archive)], OciJson.Default.Manifest)!;
        Assert.Equal(
            [(There, (long)LayerThere.Length), (New, LayerNew.Length)],
            manifest.Layers.Select(layer => (layer.Digest.ToString(), layer.Size))
        );
        Assert.Equal(
            [new LoadedNode(NodeName, false, 3, LayerNew.Length + config.Length + archive[ManifestPath(archive)].Length)],
            loaded.Nodes
        );
        Assert.Contains("1 of 2 layers was there", Assert.Single(finished), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_there_under_its_name_is_not_sent_again()
    {
        await using ScriptedEngine engine = Engine();
        byte[] config = Config();
        LoadingNode node = new(
            engine,
            blobs: [There, New],
            images: [("docker.io/library/app:1", New), (Digest.Of(config).ToString(), New)]
        );
        engine.On("GET /images/app:1/json", 200, Inspected(config));

        Assert.Equal([new LoadedNode(NodeName, true, 0, 0)], Assert.Single(await LoadAsync(engine, "app:1")).Nodes);

        Assert.Null(node.Received);
        Assert.Equal(["already there"], finished);
    }

    [Fact]
    public async Task A_name_that_has_another_image_now_is_loaded_again()
    {
        await using ScriptedEngine engine = Engine();
        byte[] config = Config();
        LoadingNode node = new(engine, blobs: [There], images: [("docker.io/library/app:1", There)]);
        engine
            .On("GET /images/app:1/json", 200, Inspected(config))
            .On("GET /images/get", call => call.StreamAsync([DockerArchive(config)]));
        await LoadAsync(engine, "app:1");
        Assert.NotNull(node.Received);
    }

    [Fact]
    public async Task Images_that_the_engine_does_not_have_are_told_all_at_once_with_what_was_meant()
    {
        await using ScriptedEngine engine = Engine();
        _ = new LoadingNode(engine, []);
        engine
            .On("GET /images/", 404, """{"message":"No such image"}""")
            .On("GET /images/json", 200, """[{"Id":"sha256:1","RepoTags":["shop/app:1"]}]""");

        IReadOnlyList<Diagnostic> told = await FailsAsync(() => LoadAsync(engine, "shop/ap:1", "other:2"));

        Assert.Equal(
            [("shop/ap:1", "did you mean shop/app:1?"), ("other:2", "build or pull it first: docker pull other:2")],
            told.Select(problem => (problem.Where!.Resource, problem.Hint!))
        );
        Assert.All(told, problem => Assert.Equal(ErrorCodes.EngineObjectMissing, problem.Code));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("sha256:a")]
    public async Task Digits_that_several_IDs_begin_with_are_told_with_the_IDs(string asked)
    {
        await using ScriptedEngine engine = Engine();
        _ = new LoadingNode(engine, []);
        engine
            .On("GET /images/", 404, """{"message":"No such image"}""")
            .On("GET /images/json", 200, """[{"Id":"sha256:ab","RepoTags":["x:1"]},{"Id":"sha256:a2"},{"Id":"sha256:b3"}]""");
        Diagnostic told = Assert.Single(await FailsAsync(() => LoadAsync(engine, asked)));
        Assert.Equal((ErrorCodes.EngineObjectMissing, "sha256:a2, sha256:ab"), (told.Code, told.Got));
        Assert.Equal("write more of its digits, or its name", told.Hint);
    }

    [Fact]
    public async Task An_image_for_another_machine_is_refused_before_anything_is_sent()
    {
        await using ScriptedEngine engine = Engine();
        LoadingNode node = new(engine, []);
        engine.On("GET /images/app:1/json", 200, Inspected(Config()).Replace("amd64", "arm64", StringComparison.Ordinal));
        Diagnostic told = Assert.Single(await FailsAsync(() => LoadAsync(engine, "app:1")));
        Assert.Equal((ErrorCodes.PlatformMissing, "linux/arm64", "linux/amd64"), (told.Code, told.Got, told.Want));
        Assert.Null(node.Received);
    }

    [Theory]
    [InlineData(6, "")]
    [InlineData(2, "")]
    [InlineData(6, "sha256:")]
    public async Task An_image_is_named_by_the_first_digits_of_its_ID_and_loaded_under_its_own_names(int digits, string before)
    {
        await using ScriptedEngine engine = Engine();
        byte[] config = Config();
        string asked = before + Digest.Of(config).Hex[..digits];
        _ = new LoadingNode(engine, blobs: [There]);
        engine
            .On(
                $"GET /images/{asked}/json",
                200,
                Inspected(config).Replace("\"Architecture\"", "\"RepoTags\":[\"app:1\"],\"Architecture\"", StringComparison.Ordinal)
            )
            .On("GET /images/get", call => call.StreamAsync([DockerArchive(config)]));
        Assert.Equal(["docker.io/library/app:1"], (await LoadAsync(engine, asked)).Select(image => image.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(63)]
    public async Task A_name_that_looks_like_the_digits_of_its_ID_is_a_name(int digits)
    {
        await using ScriptedEngine engine = Engine();
        byte[] config = Config();
        string asked = Digest.Of(config).Hex[..digits];
        _ = new LoadingNode(
            engine,
            blobs: [There],
            says: $"docker.io/library/{asked}:latest application/vnd.oci.image.manifest.v1+json sha256:0 complete (4/4) 1.0 KiB/1.0 KiB true\n"
        );
        engine
            .On(
                $"GET /images/{asked}/json",
                200,
                Inspected(config)
                    .Replace("\"Architecture\"", $"\"RepoTags\":[\"app:1\",\"{asked}:latest\"],\"Architecture\"", StringComparison.Ordinal)
            )
            .On("GET /images/get", call => call.StreamAsync([DockerArchive(config)]));
        Assert.Equal([$"docker.io/library/{asked}:latest"], (await LoadAsync(engine, asked)).Select(image => image.Name));
    }

    [Theory]
    [InlineData("""{"Id":"x"}""")]
    [InlineData("{}")]
    [InlineData("""{"Id":"sha256:0","RootFS":{"Layers":["md5:1"]}}""")]
    public async Task An_engine_that_says_of_an_image_what_none_has_is_told(string details)
    {
        await using ScriptedEngine engine = Engine();
        _ = new LoadingNode(engine, []);
        engine.On("GET /images/app:1/json", 200, details);
        Assert.Equal(ErrorCodes.EngineRefused, Assert.Single(await FailsAsync(() => LoadAsync(engine, "app:1"))).Code);
    }

    [Fact]
    public async Task An_image_without_a_name_is_refused_with_how_to_name_it()
    {
        await using ScriptedEngine engine = Engine();
        _ = new LoadingNode(engine, []);
        engine.On($"GET /images/{There}/json", 200, Inspected(Config()));
        Diagnostic told = Assert.Single(await FailsAsync(() => LoadAsync(engine, There)));
        Assert.Equal((ErrorCodes.ImageWithoutName, $"docker tag {There} NAME:TAG, then load that name"), (told.Code, told.Hint));
    }

    [Fact]
    public async Task A_node_whose_containerd_takes_no_image_is_named_with_containerds_words()
    {
        await using ScriptedEngine engine = Engine();
        _ = new LoadingNode(engine, [], exitCode: 1, says: "ctr: write /var: no space left on device");
        byte[] config = Config();
        engine
            .On("GET /images/app:1/json", 200, Inspected(config))
            .On("GET /images/get", call => call.StreamAsync([DockerArchive(config)]));
        Diagnostic told = Assert.Single(await FailsAsync(() => LoadAsync(engine, "app:1")));
        Assert.Equal(
            (ErrorCodes.NodeRefusedImage, NodeName, "free space under the engine's data root"),
            (told.Code, told.Where!.Resource, told.Hint)
        );
        Assert.Contains("no space left on device", told.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_keeps_its_layers_otherwise_than_expected_is_asked_for_its_export()
    {
        await using ScriptedEngine engine = Engine();
        LoadingNode node = new(engine, blobs: [There]);
        byte[] config = Config();
        string inspected =
            "{"
            + """
                "GraphDriver":{"Name":"overlay2","Data":{"UpperDir":"/o/2","LowerDir":"/o/1"} },
                """
            + Inspected(config)[1..];
        engine
            .On("GET /images/app:1/json", 200, inspected)
            .On("GET /info", 200, """{"Driver":"overlay2","DockerRootDir":"/engine"}""")
            .On("POST /containers/create", 201, """{"Id":"layers"}""")
            .On("GET /containers/layers/archive", call => call.StreamAsync([Tar(("records/config", [1, 2, 3]))]))
            .On("DELETE /containers/layers", 204, string.Empty)
            .On("GET /images/get", call => call.StreamAsync([DockerArchive(config)]));
        using EngineClient client = await engine.ConnectAsync();

        LoadedImage loaded = Assert.Single(await Loader(client).LoadAsync("lab", [], ["app:1"], default));

        Assert.False(Assert.Single(loaded.Nodes).WasThere);
        Assert.Equal(LayerNew, node.Archive()["blobs/sha256/" + New[7..]]);
        Assert.Contains(engine.Requests, request => request.StartsWith("DELETE /containers/layers", StringComparison.Ordinal));
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("DELETE /containers/lab", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_layer_that_is_not_what_the_config_says_gives_the_node_no_name()
    {
        await using ScriptedEngine engine = Engine();
        LoadingNode node = new(engine, blobs: []);
        byte[] config = Config();
        engine
            .On("GET /images/app:1/json", 200, Inspected(config))
            .On("GET /images/get", call => call.StreamAsync([DockerArchive(config, first: LayerNew)]));
        Diagnostic told = Assert.Single(await FailsAsync(() => LoadAsync(engine, "app:1")));
        Assert.Equal((ErrorCodes.DiffIdMismatch, New, There), (told.Code, told.Got, told.Want));
        Assert.DoesNotContain("index.json", node.Archive().Keys);
    }

    [Theory]
    [InlineData("exited", "", "NF8041", "nodeforge start node lab-control-plane --name lab")]
    [InlineData("running", "lab-control-plan", "NF8040", "did you mean lab-control-plane?")]
    public async Task Nodes_that_do_not_run_or_are_not_there_are_told(string state, string named, string code, string hint)
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(Node(NodeName, ClusterLabels.ControlPlane, state)).On("GET /images/app:1/json", 200, Inspected(Config()));
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(
            await FailsAsync(() => Loader(client).LoadAsync("lab", named.Length == 0 ? [] : [named], ["app:1"], default))
        );
        Assert.Equal((code, hint), (told.Code.Id, told.Hint));
    }

    [Theory]
    [InlineData(false, "images.tar")]
    [InlineData(false, "docker-archive:images.tar")]
    [InlineData(true, "images.tar")]
    [InlineData(true, "docker-archive:images.tar")]
    public async Task An_archive_of_the_working_folder_is_read_compressed_or_not(bool compressed, string named)
    {
        await using ScriptedEngine engine = Engine();
        LoadingNode node = new(engine, blobs: [There]);
        byte[] config = Config();
        string file = Path.Combine(folder, "images.tar");
        await using (Stream target = compressed ? new GZipStream(File.Create(file), CompressionLevel.Fastest) : File.Create(file))
            await target.WriteAsync(DockerArchive(config));
        using EngineClient client = await engine.ConnectAsync();

        LoadedImage loaded = Assert.Single(await Loader(client).LoadArchivesAsync("lab", [], [named], default));

        Assert.Equal("docker.io/library/app:1", loaded.Name);
        Assert.Equal(LayerNew, node.Archive()["blobs/sha256/" + New[7..]]);
        Assert.DoesNotContain("blobs/sha256/" + There[7..], node.Archive().Keys);
        Assert.Equal([file], Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_archive_comes_through_a_pipe_too()
    {
        await using ScriptedEngine engine = Engine();
        LoadingNode node = new(engine, blobs: [There]);
        using AnonymousPipeServerStream pipe = new(PipeDirection.In);
        await using AnonymousPipeClientStream end = new(PipeDirection.Out, pipe.ClientSafePipeHandle);
        string place = $"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        using EngineClient client = await engine.ConnectAsync();
        Task<IReadOnlyList<LoadedImage>> loading = Loader(client).LoadArchivesAsync("lab", [], [place], default);
        // 8 KiB more than a pipe holds: it is written when the loader reads, for once our end is closed its own could not be opened.
        byte[] archive = DockerArchive(Config());
        Task writing = Task.Run(async () =>
        {
            await end.WriteAsync((byte[])[.. archive, .. new byte[(72 << 10) - archive.Length]]);
            end.Close();
        });

        Assert.Equal("docker.io/library/app:1", Assert.Single(await loading).Name);
        // A loader that has seen the archive's end need not read what follows; nobody does once the last reader is gone.
        pipe.Dispose();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(LayerNew, node.Archive()["blobs/sha256/" + New[7..]]);
        Assert.Empty(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_is_left_by_who_is_cancelled()
    {
        await using ScriptedEngine engine = Engine();
        using EngineClient client = await engine.ConnectAsync();
        string place = Path.Combine(folder, "images.tar");
        using (Process made = Process.Start("mkfifo", [place]))
            await made.WaitForExitAsync();
        using CancellationTokenSource left = new(TimeSpan.FromMilliseconds(200));
        Task loading = Task.Run(() => Loader(client).LoadArchivesAsync("lab", [], [place], left.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal([place], Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_archive_whose_layer_was_changed_gives_the_node_no_name()
    {
        await using ScriptedEngine engine = Engine();
        LoadingNode node = new(engine, blobs: []);
        string file = Path.Combine(folder, "images.tar");
        await File.WriteAllBytesAsync(file, DockerArchive(Config(), first: LayerNew));
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic told = Assert.Single(await FailsAsync(() => Loader(client).LoadArchivesAsync("lab", [], [file], default)));
        Assert.Equal((ErrorCodes.DigestMismatch, There), (told.Code, told.Want));
        Assert.DoesNotContain("index.json", node.Archive().Keys);
    }

    private static ScriptedEngine Engine() => new ScriptedEngine().WithObjects(Node(NodeName, ClusterLabels.ControlPlane, "running"));

    private async Task<IReadOnlyList<LoadedImage>> LoadAsync(ScriptedEngine engine, params string[] images)
    {
        engine.On("GET /info", 200, """{"Driver":"btrfs"}""");
        using EngineClient client = await engine.ConnectAsync();
        return await Loader(client).LoadAsync("lab", [], images, default);
    }

    private ImageLoader Loader(EngineClient client) =>
        new(client, new Finishes(finished), TestHost.In(folder), Path.Combine(folder, "scratch"));

    private static string ManifestPath(Dictionary<string, byte[]> archive)
    {
        using JsonDocument index = JsonDocument.Parse(archive["index.json"]);
        return "blobs/sha256/" + index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()![7..];
    }

    private static byte[] Config() =>
        Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{There}}","{{New}}"]} }"""
        );

    private static string Inspected(byte[] config) =>
        $$"""{"Id":"{{Digest.Of(config)}}","Architecture":"amd64","Os":"linux","RootFS":{"Layers":["{{There}}","{{New}}"]} }""";

    private static byte[] DockerArchive(byte[] config, byte[]? first = null) =>
        Tar(
            ("a/layer.tar", first ?? LayerThere),
            ("b/layer.tar", LayerNew),
            (Digest.Of(config).Hex + ".json", config),
            (
                "manifest.json",
                Encoding.UTF8.GetBytes(
                    $$"""[{"Config":"{{Digest.Of(config).Hex}}.json","RepoTags":["app:1"],"Layers":["a/layer.tar","b/layer.tar"]}]"""
                )
            )
        );

    private static byte[] SmallTar(string text) => Tar((text, Encoding.UTF8.GetBytes(text)));

    internal static byte[] Tar(params (string Name, byte[] Content)[] files)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name)
                    {
                        DataStream = new MemoryStream(content),
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    }
                );
        }

        return bytes.ToArray();
    }

    private sealed class Finishes(List<string> details) : IForgeReporter
    {
        public void Report(ForgeEvent happened)
        {
            if (happened is StepFinished { Detail: { } detail })
                details.Add(detail);
        }
    }
}
