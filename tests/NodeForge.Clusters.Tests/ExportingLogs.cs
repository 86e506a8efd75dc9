using System.Formats.Tar;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeconfigs;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class ExportingLogs : IForgeReporter, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-logs-").FullName;
    private readonly List<Diagnostic> warnings = [];

    void IForgeReporter.Report(ForgeEvent happened)
    {
        if (happened is Warned warned)
        {
            lock (warnings)
                warnings.Add(warned.Diagnostic);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Files_come_out_under_their_names_and_the_kubelets_links_lead_to_them()
    {
        NodeLogFolder taken = Extract(
            File("log/pods/a/0.log", "said"),
            Link("log/containers/a.log", "/var/log/pods/a/0.log"),
            File("log/journal/x/system.journal", "binary"),
            File("log/alternatives.log", "update")
        );
        Assert.Equal(["alternatives.log", "containers/a.log", "pods/a/0.log"], Taken());
        Assert.Equal("said", System.IO.File.ReadAllText(Path.Combine(folder, "containers/a.log")));
        Assert.Equal("../pods/a/0.log", new FileInfo(Path.Combine(folder, "containers/a.log")).LinkTarget);
        Assert.Empty(taken.Problems);
    }

    [Theory]
    [InlineData("log/../../escaped")]
    [InlineData("log/a/../../../escaped")]
    public void An_archive_with_a_name_that_climbs_is_refused_and_nothing_lies_outside(string name)
    {
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => Extract(File("log/before", "good"), File(name, "bad")));
        Assert.Equal("NF4104", refused.Diagnostics[0].Code.Id);
        Assert.Equal(["before"], Taken());
    }

    [Fact]
    public void A_name_that_a_terminal_would_obey_is_left_out()
    {
        NodeLogFolder taken = Extract(File("log/a\u001b[2J", "bad"), File("log/good", "good"));
        Assert.Equal(["good"], Taken());
        Assert.Contains("is no name for a file here", Assert.Single(taken.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../../etc/passwd")]
    [InlineData("/var/log/../../etc/passwd")]
    [InlineData("/var/log/nothing")]
    public void A_link_that_leads_elsewhere_is_not_made_and_nothing_is_written_through_it(string target)
    {
        Extract(Link("log/pods", target), File("log/pods/a.log", "said"));
        Assert.Equal(["pods/a.log"], Taken());
    }

    [Fact]
    public void What_an_earlier_export_left_is_replaced_and_never_written_through()
    {
        string outside = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        System.IO.File.WriteAllText(outside, "mine");
        System.IO.File.CreateSymbolicLink(Path.Combine(folder, "a.log"), outside);
        try
        {
            Extract(File("log/a.log", "theirs"));
            Assert.Equal(
                ("mine", "theirs"),
                (System.IO.File.ReadAllText(outside), System.IO.File.ReadAllText(Path.Combine(folder, "a.log")))
            );
        }
        finally
        {
            System.IO.File.Delete(outside);
        }
    }

    [Fact]
    public void A_node_that_sends_without_end_is_stopped_at_the_limit()
    {
        NodeLogFolder taken = new(folder) { MostBytes = 10, MostFiles = 5 };
        taken.Extract(Tar(File("log/a", "12345678"), File("log/b", "123"), File("log/c", "1")), _ => false, default);
        Assert.Equal(["a"], Taken());
        Assert.Contains("left out from b on", Assert.Single(taken.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_writes_without_end_is_stopped_at_the_limit()
    {
        NodeLogFolder taken = new(folder) { MostBytes = 10 };
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            taken.WriteAsync(
                "a",
                async stream =>
                {
                    while (true)
                        await stream.WriteAsync(new byte[4]);
                }
            )
        );
        Assert.Equal(8, taken.Bytes);
    }

    [Fact]
    public void No_name_whatever_it_is_leads_out_of_the_folder()
    {
        Prop.ForAll(
                Arb.From(Gen.Elements("..", ".", "", "a", "b/", "\\", "\0", "é").ListOf().Select(parts => string.Join('/', parts))),
                name =>
                    !NodeLogFolder.IsPlain(name)
                    || Path.GetFullPath(Path.Combine(folder, name)).StartsWith(folder + "/", StringComparison.Ordinal)
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_node_that_is_down_tells_what_it_left_and_does_not_stop_the_others()
    {
        await using ScriptedEngine engine = new();
        string two =
            $"[{Node("lab-control-plane", ClusterLabels.ControlPlane, "running")[1..^1]},{Node("lab-worker", ClusterLabels.Worker, "exited")[1..^1]}]";
        engine
            .WithObjects(two)
            .WithPrograms("lab-control-plane", 0, "told\n", string.Empty)
            .On("GET /info", 200, """{"Driver":"overlay2"}""");
        foreach (string node in (string[])["lab-control-plane", "lab-worker"])
        {
            engine
                .On($"GET /containers/{node}/json", 200, """{"Id":"x","Config":{"Tty":true}}""")
                .On($"GET /containers/{node}/logs", call => call.StreamAsync([Encoding.UTF8.GetBytes("booted\n")]))
                .On(
                    $"GET /containers/{node}/archive",
                    call => call.StreamAsync([Tar(File("log/alternatives.log", node), File("log/journal/j", "j")).ToArray()])
                );
        }

        using EngineClient client = await engine.ConnectAsync();
        ExportedLogs exported = await new LogExport(client, this).RunAsync("lab", folder, "0.1.0", CancellationToken.None);

        string[] running =
        [
            "alternatives.log",
            "containerd.log",
            "failed-units.txt",
            "images.log",
            "inspect.json",
            "journal.log",
            "kubelet.log",
            "kubernetes-version.txt",
            "serial.log",
        ];
        Assert.Equal(
            [
                "docker-info.txt",
                .. running.Select(file => "lab-control-plane/" + file),
                "lab-worker/alternatives.log",
                "lab-worker/inspect.json",
                "lab-worker/journal/j",
                "lab-worker/serial.log",
                "nodeforge-version.txt",
            ],
            Taken()
        );
        Assert.Equal(
            """[{"Id":"x","Config":{"Tty":true}}]""" + "\n",
            System.IO.File.ReadAllText(Path.Combine(folder, "lab-worker/inspect.json"))
        );
        Assert.Equal(["running", "exited"], exported.Nodes.Select(node => node.State));
        Diagnostic warning = Assert.Single(warnings);
        Assert.Equal(
            (ErrorCodes.NodeLogsIncomplete, "lab-worker", "nodeforge start node lab-worker --name lab, then export again"),
            (warning.Code, warning.Where!.Resource, warning.Hint)
        );
    }

    [Fact]
    public async Task A_hostile_archive_of_one_node_is_told_and_the_rest_is_saved()
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects(Node("lab-control-plane", ClusterLabels.ControlPlane, "running"))
            .WithPrograms("lab-control-plane", 0, "told\n", string.Empty)
            .On("GET /info", 200, "{}")
            .On("GET /containers/lab-control-plane/json", 200, """{"Id":"x","Config":{"Tty":true}}""")
            .On("GET /containers/lab-control-plane/logs", call => call.StreamAsync([]))
            .On("GET /containers/lab-control-plane/archive", call => call.StreamAsync([Encoding.UTF8.GetBytes(new string('x', 2048))]));
        using EngineClient client = await engine.ConnectAsync();
        ExportedNodeLogs node = Assert.Single(
            (await new LogExport(client, this).RunAsync("lab", folder, "0.1.0", CancellationToken.None)).Nodes
        );
        Assert.Contains("/var/log: ", Assert.Single(node.Problems), StringComparison.Ordinal);
        Assert.Contains("lab-control-plane/journal.log", Taken());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("\u0001\0\0\0\0\0\0\u0009cut")]
    public async Task A_log_that_is_none_is_told_as_the_engines_and_the_rest_is_saved(string log)
    {
        await using ScriptedEngine engine = new();
        engine
            .WithObjects(Node("lab-control-plane", ClusterLabels.ControlPlane, "running"))
            .WithPrograms("lab-control-plane", 0, "told\n", string.Empty)
            .On("GET /info", 200, "{}")
            .On("GET /containers/lab-control-plane/json", 200, """{"Id":"x"}""")
            .On("GET /containers/lab-control-plane/logs", call => call.StreamAsync([Encoding.Latin1.GetBytes(log)]))
            .On("GET /containers/lab-control-plane/archive", call => call.StreamAsync([Tar(File("log/a.log", "a")).ToArray()]));
        using EngineClient client = await engine.ConnectAsync();
        ExportedNodeLogs node = Assert.Single(
            (await new LogExport(client, this).RunAsync("lab", folder, "0.1.0", CancellationToken.None)).Nodes
        );
        Assert.StartsWith("serial.log: the stream ended within a frame", Assert.Single(node.Problems), StringComparison.Ordinal);
        Assert.Contains("lab-control-plane/a.log", Taken());
    }

    [Theory]
    [InlineData("/../../evil")]
    [InlineData("/..")]
    [InlineData("/a/b")]
    [InlineData("/a\u001b[2J")]
    [InlineData("/docker-info.txt")]
    [InlineData("")]
    public async Task A_container_whose_name_is_no_name_for_a_folder_is_told_and_nothing_is_written_for_it(string name)
    {
        await using ScriptedEngine engine = new();
        string list = System.Text.Json.JsonSerializer.Serialize(
            new[]
            {
                new
                {
                    Id = "",
                    Names = new[] { name },
                    State = "running",
                    Labels = new Dictionary<string, string> { [ClusterLabels.Cluster] = "lab" },
                },
            }
        );
        engine.WithObjects(list).On("GET /info", 200, "{}");
        using EngineClient client = await engine.ConnectAsync();
        ExportedNodeLogs node = Assert.Single(
            (await new LogExport(client, this).RunAsync("lab", folder, "0.1.0", CancellationToken.None)).Nodes
        );
        Assert.Equal((0, 1), (node.Files, node.Problems.Count));
        Assert.Equal(ErrorCodes.NodeLogsIncomplete, Assert.Single(warnings).Code);
        Assert.Equal(["docker-info.txt", "nodeforge-version.txt"], Taken());
        Assert.Equal("{}", System.IO.File.ReadAllText(Path.Combine(folder, "docker-info.txt")));
    }

    [Fact]
    public async Task Two_containers_of_one_name_do_not_write_over_each_other()
    {
        await using ScriptedEngine engine = new();
        string node = Node("lab-control-plane", ClusterLabels.ControlPlane, "exited")[1..^1];
        engine
            .On("GET /containers/", 404, """{"message":"no such container"}""")
            .On("GET /info", 200, "{}")
            .WithObjects($"[{node},{node.Replace("\"Id\":\"lab-control-plane\"", "\"Id\":\"other\"", StringComparison.Ordinal)}]");
        using EngineClient client = await engine.ConnectAsync();
        Assert.Contains(
            (await new LogExport(client, this).RunAsync("lab", folder, "0.1.0", CancellationToken.None)).Nodes,
            taken => taken.Problems is ["its name is no name for a folder here, or another's"]
        );
    }

    [Theory]
    [InlineData("log/inspect.json")]
    [InlineData("log/serial.log")]
    [InlineData("log/inspect.json/x")]
    public async Task A_node_replaces_no_file_that_is_ours(string name)
    {
        NodeLogFolder taken = new(folder);
        foreach (string file in (string[])["inspect.json", "serial.log"])
            await taken.WriteAsync(file, stream => stream.WriteAsync("ours"u8.ToArray()).AsTask());
        taken.Extract(Tar(File(name, "theirs"), Link("log/serial.log", "/var/log/good"), File("log/good", "good")), _ => false, default);
        Assert.Equal(["good", "inspect.json", "serial.log"], Taken());
        Assert.All(
            (string[])["inspect.json", "serial.log"],
            file => Assert.Equal("ours", System.IO.File.ReadAllText(Path.Combine(folder, file)))
        );
        Assert.Contains("not the node's to write", taken.Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_names_without_end_are_told_a_hundred_times_and_then_counted()
    {
        NodeLogFolder taken = Extract([.. Enumerable.Range(0, 300).Select(i => File($"log/{i}\u0007", ""))]);
        Assert.Equal((100, "and 201 more"), (taken.Problems.Count, taken.Problems[^1]));
    }

    [Fact]
    public async Task A_kubeconfig_for_containers_beside_the_nodes_names_the_entrance_as_their_network_does()
    {
        await using ScriptedEngine engine = new();
        string conf = Kubeconfig.Document(
            "lab",
            "https://10.0.0.2:6443",
            "authority",
            "kubernetes-admin",
            new KeyPair("certificate", "key")
        );
        engine
            .WithObjects(Node("lab-control-plane", ClusterLabels.ControlPlane, "running"))
            .On(
                "GET /containers/lab-control-plane/json",
                200,
                """{"Id":"lab-control-plane","State":{"Status":"running"},"NetworkSettings":{"Ports":{"6443/tcp":[{"HostIp":"127.0.0.1","HostPort":"7000"}]} } }"""
            )
            .On("GET /containers/lab-control-plane/archive", call => call.StreamAsync([Tar(File("admin.conf", conf)).ToArray()]));
        using EngineClient client = await engine.ConnectAsync();
        string file = Path.Combine(folder, "kubeconfig");
        Assert.Equal(
            new ExportedKubeconfig(file, "kind-lab", new("https://lab-control-plane:6443")),
            await new ClusterCatalog(client).ExportAsync("lab", file, within: true, default)
        );
        Assert.Equal(
            new("https://127.0.0.1:7000"),
            (await new ClusterCatalog(client).ExportAsync("lab", file, within: false, default)).ApiServer
        );
        Assert.Contains("https://127.0.0.1:7000", await System.IO.File.ReadAllTextAsync(file), StringComparison.Ordinal);
    }

    private NodeLogFolder Extract(params TarEntry[] entries)
    {
        NodeLogFolder taken = new(folder);
        taken.Extract(Tar(entries), path => path.StartsWith("journal/", StringComparison.Ordinal), default);
        return taken;
    }

    private IEnumerable<string> Taken() =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file))
            .Order(StringComparer.Ordinal);

    private static UstarTarEntry File(string name, string content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static UstarTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    private static MemoryStream Tar(params TarEntry[] entries)
    {
        MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
                tar.WriteEntry(entry);
        }

        bytes.Position = 0;
        return bytes;
    }
}
