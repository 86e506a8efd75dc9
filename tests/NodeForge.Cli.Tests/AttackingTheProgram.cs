using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using NodeForge.TestSupport.Engines;
using NodeForge.TestSupport.Http;

namespace NodeForge.Cli.Tests;

/// <summary>What attackers try, on the program as it is shipped: it ends in time, within its memory, with a code that is not its own
/// fault's.</summary>
public sealed class AttackingTheProgram : IDisposable
{
    private readonly HostileRoom room = new();

    public void Dispose() => room.Dispose();

    [Theory]
    [InlineData("Bearer realm=\"{0}/token\",service=\"x\"")]
    [InlineData("Basic realm=\"x\"")]
    public async Task A_host_that_a_registry_leads_to_gets_no_password(string challenge)
    {
        await using ScriptedServer registry = new(),
            other = new();
        registry.Serve("/v2/a/manifests/v1", Replies.Redirect(other.Address + "/elsewhere"));
        other.Serve(
            "/elsewhere",
            Replies.Status(401, headers: ("WWW-Authenticate", challenge.Replace("{0}", other.Address, StringComparison.Ordinal)))
        );
        other.Serve("/token", Replies.Status(200, "{\"token\":\"t\"}", "application/json"));
        string host = new Uri(registry.Address).Authority;
        room.Write("docker/config.json", $$$$"""{"auths":{"{{{{host}}}}":{"auth":"{{{{Convert.ToBase64String("ann:s3cret"u8)}}}}"}}}""");

        CommandRun run = await room.RunAsync("inspect", $"docker://{host}/a:v1");

        Told(run, "NF3202", ExitCode.Network);
        Assert.NotEmpty(registry.Requests);
        Assert.All(other.Requests, request => Assert.Null(request.Header("authorization")));
        Assert.DoesNotContain("s3cret", run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_s_password_goes_no_further_than_the_mirror()
    {
        await using ScriptedServer mirror = new(),
            other = new();
        room.Write(
            "node.yaml",
            """
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node
            platforms: [linux/amd64]
            base: {image: "docker://registry.invalid/base@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}
            kubernetes: {version: v1.30.0, release: "http://release.invalid/{version}/server.tar.gz"}
            images: [{kubeadm: false}]
            """
        );
        mirror.Serve("/v1.30.0/server.tar.gz", Replies.Redirect(other.Serve("/there", Replies.Status(401))));
        room.Variables["NODEFORGE_MIRRORS"] =
            "http://release.invalid=" + mirror.Address.Replace("//", "//ann:s3cret@", StringComparison.Ordinal);

        CommandRun run = await room.RunAsync("lock", "node.yaml");

        Assert.NotEqual(0, run.Exit);
        Assert.Contains(mirror.Requests, request => request.Header("authorization") == "Basic " + Convert.ToBase64String("ann:s3cret"u8));
        Assert.NotEmpty(other.Requests);
        Assert.All(other.Requests, request => Assert.Null(request.Header("authorization")));
        Assert.DoesNotContain("s3cret", run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_of_the_current_folder_are_not_run_whatever_PATH_says()
    {
        foreach (string name in (string[])["docker-credential-evil", "ssh", "apt-config", "apt-get", "mmdebstrap", "unshare"])
            room.Plant(name);
        room.Variables["PATH"] = $".::{Environment.GetEnvironmentVariable("PATH")}:";
        room.Write("docker/config.json", """{"credsStore":"evil"}""");
        await room.RunAsync("inspect", "docker://127.0.0.1:1/a:v1");
        room.Variables["DOCKER_HOST"] = "ssh://nobody@127.0.0.1:1";
        await room.RunAsync("get", "clusters");
        room.Variables["NODEFORGE_DEBIAN_MIRROR"] = "http://127.0.0.1:1/debian";
        room.Write(
            "base.yaml",
            "apiVersion: nodeforge.dev/v1alpha1\nkind: BaseImage\nname: base\nplatforms: [linux/amd64]\ndebian: {suite: bookworm, packages: [hello]}\n"
        );
        await room.RunAsync("lock", "base.yaml");
        Assert.False(File.Exists(room["trace"]), File.Exists(room["trace"]) ? File.ReadAllText(room["trace"]) : "");
    }

    [Fact]
    public async Task A_pipe_instead_of_an_index_is_told_and_not_waited_for()
    {
        room.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        using (Process made = Process.Start("mkfifo", [room["layout/index.json"]]))
            await made.WaitForExitAsync();
        foreach (string command in (string[])["inspect", "verify"])
            Told(await room.RunAsync(command, "oci:layout"), "NF51", ExitCode.Verification);
    }

    [Fact]
    public async Task A_few_kilobytes_of_folders_without_end_take_neither_memory_nor_time()
    {
        room.Write("bomb.tar", Bomb());
        Assert.InRange(new FileInfo(room["bomb.tar"]).Length, 1, 400_000);
        CommandRun run = await room.RunAsync("verify", "docker-archive:bomb.tar");
        Assert.Equal((int)ExitCode.Verification, run.Exit);
        Assert.Contains("NF", run.Out + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("NF9001", run.Out + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("[{\"Id\":1,\"Names\":{}}]")]
    [InlineData("{}")]
    [InlineData("")]
    public async Task An_engine_s_answer_of_the_wrong_form_is_its_own_fault(string answer)
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /containers/json", 200, answer);
        room.Variables["DOCKER_HOST"] = "unix://" + engine.SocketPath;
        CommandRun run = await room.RunAsync("get", "clusters");
        Assert.DoesNotContain("NF9001", run.Error, StringComparison.Ordinal);
        Assert.NotEqual((int)ExitCode.Bug, run.Exit);
    }

    [Fact]
    public async Task An_engine_that_answers_without_end_is_left()
    {
        await using ScriptedEngine engine = new();
        engine.On(
            "GET /containers/json",
            call => call.StreamAsync(Enumerable.Repeat(Encoding.ASCII.GetBytes(new string(' ', 1 << 16)), 1 << 14))
        );
        room.Variables["DOCKER_HOST"] = "unix://" + engine.SocketPath;
        Told(await room.RunAsync("get", "clusters"), "NF55", ExitCode.Environment);
    }

    [Fact]
    public async Task A_kubeconfig_of_forty_thousand_levels_is_refused_and_stays()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /containers/json", 200, "[]").On("GET /networks", 200, "[]").On("GET /volumes", 200, "{}");
        room.Variables["DOCKER_HOST"] = "unix://" + engine.SocketPath;
        string deep =
            "apiVersion: v1\nkind: Config\ncurrent-context: kind-lab\nclusters: "
            + new string('[', 40_000)
            + new string(']', 40_000)
            + "\n";
        room.Write("kubeconfig", deep);
        CommandRun run = await room.RunAsync("delete", "cluster", "--name", "lab");
        Told(run, "NF", null);
        Assert.Equal(deep, File.ReadAllText(room["kubeconfig"]));
    }

    [Fact]
    public async Task An_engine_of_another_authority_is_refused_where_only_the_folder_of_certificates_is_named()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /containers/json", 200, "[]");
        await using TlsEngine ours = new(engine.SocketPath),
            theirs = new(engine.SocketPath);
        room.Variables["DOCKER_CERT_PATH"] = ours.Folder;
        room.Variables["DOCKER_HOST"] = ours.Endpoint.Address.OriginalString;
        Assert.Equal(0, (await room.RunAsync("get", "clusters")).Exit);
        room.Variables["DOCKER_HOST"] = theirs.Endpoint.Address.OriginalString;
        Told(await room.RunAsync("get", "clusters"), "NF5510", ExitCode.Environment);
    }

    [Theory]
    [InlineData("nodes: [{role: control-plane, extraMounts: [{hostPath: '', containerPath: /a}]}]")]
    [InlineData("networking: {apiServerAddress: '[::1]'}")]
    [InlineData("networking: {podSubnet: .inf}")]
    [InlineData("name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("kubeadmConfigPatchesJSON6902: [{group: kubeadm.k8s.io, version: v1beta3, kind: [a], patch: '[]'}]")]
    [InlineData(
        "kubeadmConfigPatchesJSON6902: [{group: kubeadm.k8s.io, version: v1beta3, kind: ClusterConfiguration, patch: '[{\"op\": {}, \"path\": 7}]'}]"
    )]
    [InlineData("kubeadmConfigPatches: ['{kind: ClusterConfiguration, apiServer: {timeoutForControlPlane: .inf}}']")]
    [InlineData("containerdConfigPatches: ['a = inf']")]
    public async Task A_value_that_no_cluster_has_is_told_before_an_engine_is_asked(string line)
    {
        room.Write("cluster.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n" + line + "\n");
        room.Variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
        CommandRun run = await room.RunAsync("create", "cluster", "--config", "cluster.yaml", "--image", "node:1");
        Told(run, "NF", ExitCode.Usage);
        Assert.Contains("cluster.yaml", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"token\":\"t")]
    [InlineData("{\"token\":[null]}")]
    public async Task A_token_server_that_answers_nonsense_is_at_fault_itself(string answer)
    {
        await using ScriptedServer registry = new();
        registry.Serve(
            "/v2/a/manifests/v1",
            Replies.Status(401, headers: ("WWW-Authenticate", $"Bearer realm=\"{registry.Address}/token\""))
        );
        registry.Serve("/token", Replies.Status(200, answer, "application/json"));
        Told(await room.RunAsync("inspect", $"docker://{new Uri(registry.Address).Authority}/a:v1"), "NF32", ExitCode.Network);
    }

    [Fact]
    public async Task A_registry_that_leads_to_a_file_of_this_machine_is_not_followed()
    {
        await using ScriptedServer registry = new();
        registry.Serve("/v2/a/manifests/v1", Replies.Redirect("file:///etc/passwd"));
        CommandRun run = await room.RunAsync("inspect", $"docker://{new Uri(registry.Address).Authority}/a:v1");
        Told(run, "NF32", ExitCode.Network);
        Assert.DoesNotContain("root:", run.Out + run.Error, StringComparison.Ordinal);
    }

    private static void Told(CommandRun run, string code, ExitCode? exit)
    {
        Assert.DoesNotContain("NF9001", run.Error, StringComparison.Ordinal);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        if (exit is { } wanted)
            Assert.Equal(wanted, (ExitCode)run.Exit);
        else
            Assert.InRange(run.Exit, 2, 8);
    }

    // Each name implies a hundred and twenty folders, and all of them pack to almost nothing.
    private static byte[] Bomb()
    {
        byte[] layer = Tar(
            Enumerable.Range(0, 20_000).Select(i => ($"{i}/" + string.Concat(Enumerable.Repeat("a/", 120)) + "f", Array.Empty<byte>()))
        );
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(layer);
        string diff = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(layer));
        string config = $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:{{{diff}}}"]}}""";
        return Tar([
            ("config.json", Encoding.UTF8.GetBytes(config)),
            ("layer.tar", packed.ToArray()),
            ("manifest.json", """[{"Config":"config.json","RepoTags":["app:1"],"Layers":["layer.tar"]}]"""u8.ToArray()),
        ]);
    }

    private static byte[] Tar(IEnumerable<(string Name, byte[] Content)> files)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
                tar.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, name)
                    {
                        DataStream = new MemoryStream(content),
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    }
                );
        }

        return bytes.ToArray();
    }
}
