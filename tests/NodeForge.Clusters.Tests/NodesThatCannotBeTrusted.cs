using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Kubernetes.Api;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

/// <summary>What a node or an image says is bounded by us, and told as theirs when it is of the wrong form.</summary>
public sealed class NodesThatCannotBeTrusted
{
    private const string Name = "lab-control-plane";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_program_that_says_without_end_is_stopped_at_the_limit()
    {
        await using ScriptedEngine engine = new();
        engine
            .On($"POST /containers/{Name}/exec", 201, """{"Id":"e1"}""")
            .On(
                "POST /exec/e1/start",
                async call =>
                {
                    Stream raw = await call.UpgradeAsync();
                    byte[] frame = ScriptedCall.Frame(1, new string('x', 1 << 20));
                    while (true)
                        await raw.WriteAsync(frame);
                }
            );
        Assert.Equal(ErrorCodes.NodeSaysTooMuch, await CodeAsync(engine, node => node.RunAsync(["yes"], default)));
    }

    [Fact]
    public async Task A_folder_of_many_files_is_refused_at_the_limit() =>
        Assert.Equal(
            ErrorCodes.NodeFolderTooLarge,
            await FolderAsync([.. Enumerable.Range(0, 6).Select(i => File($"kind/{i}", new string('x', 3 << 20)))])
        );

    [Fact]
    public async Task A_folder_of_many_empty_files_is_refused_at_the_limit() =>
        Assert.Equal(ErrorCodes.NodeFolderTooLarge, await FolderAsync([.. Enumerable.Range(0, 10_001).Select(i => File($"kind/{i}", ""))]));

    [Fact]
    public async Task What_is_large_in_a_folder_is_passed_over()
    {
        await using ScriptedEngine engine = new();
        engine.On(
            $"GET /containers/{Name}/archive",
            call => call.StreamAsync([Tar(File("kind/images.tar", new string('x', 5 << 20)), File("kind/version", "v1.20.2"))])
        );
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal("v1.20.2", Assert.Single(await new ClusterNode(client, Name, Name).ReadFolderAsync("/kind", default)).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("users: 7")]
    [InlineData("users: []\nclusters: [null]")]
    [InlineData("clusters: [{cluster: {certificate-authority-data: '%%'}}]")]
    [InlineData("clusters: [{cluster: {certificate-authority-data: 7}}]")]
    [InlineData("clusters: [{cluster: 7}]")]
    [InlineData("a: [")]
    public async Task An_administrators_configuration_of_the_wrong_form_is_told(string conf)
    {
        await using ScriptedEngine engine = new();
        Entrance(engine, "7000").On($"GET /containers/{Name}/archive", call => call.StreamAsync([Tar(File("admin.conf", conf))]));
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(
            ErrorCodes.KubeconfigInvalid,
            (await FailsAsync(() => new ClusterCatalog(client).KubeconfigAsync("lab", default)))[0].Code
        );
    }

    [Theory]
    [InlineData("x")]
    [InlineData("70000")]
    [InlineData("-1")]
    public async Task A_port_that_is_none_is_told(string port)
    {
        await using ScriptedEngine engine = new();
        Entrance(engine, port).On($"GET /containers/{Name}/archive", call => call.StreamAsync([Tar(File("admin.conf", ""))]));
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(
            ErrorCodes.ClusterMissing,
            (await FailsAsync(() => new ClusterCatalog(client).KubeconfigAsync("lab", default)))[0].Code
        );
    }

    [Fact]
    public async Task Containers_without_the_label_that_was_asked_for_are_no_cluster()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects("""[{"Id":"a"},{"Id":"b","Labels":null}]""");
        using EngineClient client = await engine.ConnectAsync();
        ClusterCatalog catalog = new(client);
        Assert.Empty(await catalog.ClustersAsync(default));
        Assert.Empty(await catalog.NodesAsync("lab", default));
        Assert.Empty(await catalog.DescribeAsync(null, default));
    }

    [Fact]
    public async Task What_is_not_a_cluster_s_own_stays_when_it_is_removed_whatever_the_engine_lists()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(
            Node("lab2-worker", ClusterLabels.Worker, "running").Replace("\"lab\"", "\"lab2\"", StringComparison.Ordinal),
            """[{"Id":"n","Name":"bridge","Labels":{} },{"Id":"m","Name":"other","Labels":null}]""",
            """{"Volumes":[{"Name":"data","Labels":{"dev.nodeforge.cluster":"lab2"} }]}"""
        );
        using EngineClient client = await engine.ConnectAsync();
        Assert.False(await RemoveCluster.RunAsync(client, "lab", null, default));
        Assert.DoesNotContain(engine.Requests, request => !request.StartsWith("GET ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"items":7}""")]
    [InlineData("""{"items":[7]}""")]
    [InlineData("""{"items":[{"metadata":{"name":7}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"},"status":{"conditions":7}}]}""")]
    [InlineData("x")]
    public void Nodes_of_the_wrong_form_are_told(string list) =>
        Assert.Equal(ErrorCodes.ApiAnswerInvalid, Assert.Throws<NodeForgeException>(() => NodeStatus.ParseAll(list)).Diagnostics[0].Code);

    [Theory]
    [InlineData("x")]
    [InlineData("{}")]
    [InlineData("""{"items":[{"metadata":{"name":7},"spec":{}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"},"spec":{"podCIDRs":7}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"a"},"spec":{}},{"metadata":{"name":"a"},"spec":{}}]}""")]
    [InlineData("""{"items":[{"metadata":{"name":"\ud800"},"spec":{}}]}""")]
    public async Task Pod_ranges_of_the_wrong_form_are_told(string list)
    {
        await using ScriptedApi server = new(_ => (200, list));
        Assert.Equal(
            ErrorCodes.ApiAnswerInvalid,
            (await Assert.ThrowsAsync<NodeForgeException>(() => server.Api.PodRangesAsync(default))).Diagnostics[0].Code
        );
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"\ud800":1,"a":2}""")]
    [InlineData("""[7]""")]
    [InlineData("")]
    public void An_answer_of_the_wrong_form_is_told(string text) =>
        Assert.Equal(
            ErrorCodes.ApiAnswerInvalid,
            Assert
                .Throws<NodeForgeException>(() => ApiAnswer.Take("/x", () => (string?)new ApiAnswer(200, text).Json!["a"]))
                .Diagnostics[0]
                .Code
        );

    [Theory]
    [InlineData("""{"kind":7}""")]
    [InlineData("""{"networking":{"serviceSubnet":[]}}""")]
    [InlineData("""{"networking":[]}""")]
    [InlineData("""{"nodeRegistration":{"kubeletExtraArgs":{"node-labels":7}}}""")]
    [InlineData("""{"nodeRegistration":{"kubeletExtraArgs":[{"name":7}]}}""")]
    [InlineData("""{"kind":"a","kind":"b"}""")]
    [InlineData("7")]
    public void Documents_of_kubeadm_of_the_wrong_form_are_told(string document) =>
        Assert.Equal(
            ErrorCodes.ClusterNotOurs,
            Assert.Throws<NodeForgeException>(() => KubeadmRewriting.Parse(document, "a")).Diagnostics[0].Code
        );

    private static ScriptedEngine Entrance(ScriptedEngine engine, string port) =>
        engine
            .WithObjects(Node(Name, ClusterLabels.ControlPlane, "running"))
            .On(
                $"GET /containers/{Name}/json",
                200,
                $$"""{"Id":"{{Name}}","State":{"Status":"running"},"NetworkSettings":{"Ports":{"6443/tcp":[{"HostIp":"127.0.0.1","HostPort":{{JsonSerializer.Serialize(port)}}}]} } }"""
            );

    private static async Task<ErrorCode> FolderAsync(UstarTarEntry[] files)
    {
        await using ScriptedEngine engine = new();
        engine.On($"GET /containers/{Name}/archive", call => call.StreamAsync([Tar(files)]));
        return await CodeAsync(engine, node => node.ReadFolderAsync("/kind", default));
    }

    private static async Task<ErrorCode> CodeAsync(ScriptedEngine engine, Func<ClusterNode, Task> act)
    {
        using EngineClient client = await engine.ConnectAsync();
        return (await FailsAsync(() => act(new(client, Name, Name)).WaitAsync(Patience)))[0].Code;
    }

    private static UstarTarEntry File(string name, string content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static byte[] Tar(params UstarTarEntry[] entries)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (UstarTarEntry entry in entries)
                tar.WriteEntry(entry);
        }

        return bytes.ToArray();
    }
}
