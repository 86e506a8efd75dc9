using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Kubernetes.Kubeconfigs;
using NodeForge.TestSupport;
using NodeForge.TestSupport.Engines;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests.Checks;

/// <summary>The checks together, on an engine that answers what the test says and on this machine's own files.</summary>
public sealed class CheckingTheMachine : IForgeReporter, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-checks-").FullName;
    private readonly List<Diagnostic> warned = [];

    void IForgeReporter.Report(ForgeEvent happened)
    {
        if (happened is Warned warning)
            warned.Add(warning.Diagnostic);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Every_check_is_told_once_in_one_order()
    {
        await using ScriptedEngine engine = new();
        Script(engine, Facts.Docker);
        CheckedMachine machine = await Doctor(engine).ExamineAsync(new(), null, CancellationToken.None);
        Assert.Equal(
            [
                "engine",
                "rootless",
                "cgroups",
                "capabilities",
                "inotify",
                "disk",
                "ports",
                "subnets",
                "image",
                "architecture",
                "kubernetes",
                "overlay",
                "clock",
                "proxies",
            ],
            machine.Checks.Select(check => check.Name)
        );
        Assert.Equal(CheckVerdict.NotLookedAt, machine.Checks.Single(check => check.Name == "image").Verdict);
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_one_finding_among_the_others()
    {
        CheckedMachine machine = await Doctor("unix:///nonexistent/docker.sock").ExamineAsync(new(), null, CancellationToken.None);
        Assert.Equal(ErrorCodes.EngineUnreachable, machine.Checks[0].Problems[0].Code);
        Assert.Equal(CheckVerdict.Error, machine.Checks[0].Verdict);
        Assert.NotEqual(CheckVerdict.NotLookedAt, machine.Checks.Single(check => check.Name == "cgroups").Verdict);
        Assert.Equal("no engine answers", machine.Checks.Single(check => check.Name == "overlay").Finding);
    }

    [Fact]
    public async Task An_engine_that_is_too_old_or_has_no_address_is_told_by_the_check_of_the_engine()
    {
        await using ScriptedEngine old = new("1.39");
        Assert.Equal(
            ErrorCodes.EngineTooOld,
            Assert.Single((await Doctor(old).ExamineAsync(new(), null, CancellationToken.None)).Checks[0].Problems).Code
        );
        CheckedMachine machine = await Doctor("gopher://x").ExamineAsync(new(), null, CancellationToken.None);
        Assert.Equal(ErrorCodes.EngineAddressInvalid, Assert.Single(machine.Errors).Code);
        Assert.Equal("it is not known where the engine runs", machine.Checks.Single(check => check.Name == "disk").Finding);
    }

    [Theory]
    [InlineData("unix:///run/docker.sock", "box", "6.1.0-18-amd64", "")]
    [InlineData("unix:///run/docker.sock", "", "", "")]
    [InlineData(
        "unix:///run/docker.sock",
        "docker-desktop",
        "6.10.14-linuxkit",
        "the engine runs on another machine, docker-desktop with kernel 6.10.14-linuxkit, behind the socket"
    )]
    [InlineData("unix:///run/docker.sock", "ci-host", "6.1.0-18-amd64", "the engine runs outside of this container or machine, on ci-host")]
    public void A_socket_of_this_machine_may_lead_out_of_it(string endpoint, string name, string kernel, string elsewhere)
    {
        EngineInformation said = Facts.Docker with { Name = name, KernelVersion = kernel };
        Assert.Equal(elsewhere, FactGathering.Elsewhere(EngineEndpoint.Parse(endpoint, "test"), said, Facts.Fine.Host));
        Assert.Equal(
            "the engine runs elsewhere, at tcp://lab:2376",
            FactGathering.Elsewhere(EngineEndpoint.Parse("tcp://lab:2376", "test"), said, null)
        );
    }

    [Fact]
    public async Task A_creation_is_refused_for_everything_at_once_before_anything_is_made()
    {
        await using ScriptedEngine engine = new();
        Script(engine, Away with { OSType = "windows" }, image: """{"Id":"sha256:1","Os":"linux","Architecture":"s390x"}""")
            .On(
                "GET /containers/json",
                call =>
                    call.AnswerAsync(
                        200,
                        call.Request.Contains("kind.cluster", StringComparison.Ordinal) ? "[]" : Publishing("other", 8080)
                    )
            );
        using EngineClient client = await engine.ConnectAsync();
        ClusterConfig config = new()
        {
            Name = "lab",
            Nodes = [new() { Ports = [new(80, 8080) { ListenAddress = "127.0.0.1" }] }],
            Networking = new() { PodSubnet = "10.96.0.0/17" },
        };

        IReadOnlyList<Diagnostic> told = await FailsAsync(() => Create(client, config, new()));

        Assert.Equal(
            [ErrorCodes.EngineNotLinux, ErrorCodes.EnginePortTaken, ErrorCodes.ClusterFileConflict, ErrorCodes.NodeImageInvalid],
            told.Select(problem => problem.Code)
        );
        Assert.All(told, problem => Assert.NotNull(problem.Hint));
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_engine_is_asked_once_for_what_the_checks_and_the_creation_both_need()
    {
        await using ScriptedEngine engine = new();
        Script(engine, Away).On("POST /networks/create", 500, """{"message":"far enough"}""");
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(ErrorCodes.EngineRefused, Assert.Single(await FailsAsync(() => Create(client, new() { Name = "lab" }, new()))).Code);
        Assert.Single(engine.Requests, "GET /info");
        Assert.Single(engine.Requests, "GET /images/example/node:1/json");
    }

    [Fact]
    public async Task A_warning_is_reported_and_stops_nothing()
    {
        await using ScriptedEngine engine = new();
        Script(engine, Away with { Driver = "vfs" }).On("POST /networks/create", 500, """{"message":"far enough"}""");
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(ErrorCodes.EngineRefused, Assert.Single(await FailsAsync(() => Create(client, new() { Name = "lab" }, new()))).Code);
        Assert.Contains(warned, warning => warning.Code == ErrorCodes.OverlayMissing && warning.Severity == Severity.Warning);
    }

    [Fact]
    public async Task Checks_can_be_skipped_but_for_an_image_that_is_not_there()
    {
        await using ScriptedEngine engine = new();
        Script(engine, Away with { OSType = "windows", Driver = "vfs" }).On("POST /networks/create", 500, """{"message":"far enough"}""");
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(
            ErrorCodes.EngineRefused,
            Assert.Single(await FailsAsync(() => Create(client, new() { Name = "lab" }, new() { SkipChecks = true }))).Code
        );
        Assert.Empty(warned);
        engine.On("GET /images/example/node:1/json", 404, """{"message":"No such image"}""");
        Assert.Equal(
            ErrorCodes.EngineObjectMissing,
            Assert.Single(await FailsAsync(() => Create(client, new() { Name = "lab" }, new() { SkipChecks = true }))).Code
        );
    }

    [Fact]
    public async Task A_cluster_that_is_there_is_told_before_its_own_ports()
    {
        await using ScriptedEngine engine = new();
        Script(engine, Away).On("GET /containers/json", 200, Publishing("lab", 16443));
        using EngineClient client = await engine.ConnectAsync();
        ClusterConfig config = new()
        {
            Name = "lab",
            Networking = new() { ApiServerPort = 16443 },
        };
        Assert.Equal(ErrorCodes.ClusterExists, Assert.Single(await FailsAsync(() => Create(client, config, new()))).Code);
    }

    [Fact]
    public async Task A_port_that_an_air_gapped_cluster_leaves_out_may_be_taken_and_that_of_its_API_server_may_not()
    {
        await using ScriptedEngine engine = new();
        Script(engine, Away)
            .On("POST /networks/create", 500, """{"message":"far enough"}""")
            .On(
                "GET /containers/json",
                call =>
                    call.AnswerAsync(
                        200,
                        call.Request.Contains("kind.cluster", StringComparison.Ordinal) ? "[]" : Publishing("other", 8080)
                    )
            );
        using EngineClient client = await engine.ConnectAsync();
        ClusterConfig config = new() { Name = "lab", Nodes = [new() { Ports = [new(80, 8080)] }] };
        CreateOptions closed = new() { AirGapped = true };
        Assert.Equal(ErrorCodes.EngineRefused, Assert.Single(await FailsAsync(() => Create(client, config, closed))).Code);
        Assert.Equal("80/tcp", Assert.Single(warned, warning => warning.Code == ErrorCodes.AirGappedPorts).Got);

        ClusterConfig entrance = config with { Networking = new() { ApiServerPort = 8080 } };
        Assert.Equal(ErrorCodes.EnginePortTaken, Assert.Single(await FailsAsync(() => Create(client, entrance, closed))).Code);
    }

    // On another machine than the one that the tests happen to run on.
    private static EngineInformation Away => Facts.Docker with { Name = "away", KernelVersion = "6.1.0-away", SystemTime = "" };

    private static ScriptedEngine Script(
        ScriptedEngine engine,
        EngineInformation said,
        string image = """{"Id":"sha256:1","Os":"linux","Architecture":"amd64"}"""
    ) => engine.WithObjects().On("GET /info", 200, JsonSerializer.Serialize(said)).On("GET /images/example/node:1/json", 200, image);

    private static string Publishing(string cluster, int port) =>
        $$"""[{"Id":"n","Names":["/{{cluster}}-control-plane"],"State":"running","Labels":{"io.x-k8s.kind.cluster":"{{cluster}}"},"Ports":[{"IP":"127.0.0.1","PrivatePort":6443,"PublicPort":{{port}},"Type":"tcp"}]}]""";

    private MachineDoctor Doctor(ScriptedEngine engine) => Doctor("unix://" + engine.SocketPath);

    private MachineDoctor Doctor(string address)
    {
        HostEnvironment host = TestHost.In(folder, ("DOCKER_HOST", address));
        return new(new EngineDiscovery(host), host);
    }

    private Task<CreatedCluster> Create(EngineClient client, ClusterConfig config, CreateOptions options) =>
        new ClusterProvisioner(client, this, TestHost.In(folder), Path.Combine(folder, "creations")).CreateAsync(
            config,
            "example/node:1",
            options with
            {
                Kubeconfig = Path.Combine(folder, "kubeconfig"),
                DiagnosticsFolder = folder,
            },
            CancellationToken.None
        );
}
