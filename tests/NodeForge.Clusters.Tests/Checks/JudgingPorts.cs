using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Preflight;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Tests.Checks;

public sealed class JudgingPorts : IDisposable
{
    // As the kernel of a machine with little-endian words writes them: 127.0.0.1:8080 listening, 127.0.0.1:8080 connected, :::9090
    // listening; 0.0.0.0:5353 bound.
    private const string Head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private const string Tcp =
        Head
        + "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0\n"
        + "   1: 0100007F:1FA4 0100007F:9C4A 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1 0000000000000000 20 4 30 10 -1\n";
    private const string Tcp6 =
        Head
        + "   0: 00000000000000000000000000000000:2382 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4244 1 0000000000000000 100 0 0 10 0\n"
        + "   1: 0000000000000000FFFF00000100007F:2383 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4245 1 0000000000000000 100 0 0 10 0\n";
    private const string Udp =
        Head + "  10: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000   105        0 4246 2 0000000000000000 0\n";

    private readonly string root = Directory.CreateTempSubdirectory("nf-host-").FullName;

    public JudgingPorts()
    {
        Directory.CreateDirectory(Path.Combine(root, "proc/net"));
        Directory.CreateDirectory(Path.Combine(root, "proc/77/fd"));
        foreach ((string table, string text) in new[] { ("tcp", Tcp), ("tcp6", Tcp6), ("udp", Udp) })
            File.WriteAllText(Path.Combine(root, "proc/net", table), text);
        File.WriteAllText(Path.Combine(root, "proc/77/comm"), "webserver\n");
        File.CreateSymbolicLink(Path.Combine(root, "proc/77/fd/3"), "socket:[4242]");
        File.CreateSymbolicLink(Path.Combine(root, "proc/77/fd/4"), "/dev/null");
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_port_that_is_taken_is_told_with_the_process_that_holds_it()
    {
        Diagnostic told = Judge(Wants(8080)).Only(ErrorCodes.EnginePortTaken, Severity.Error);
        Assert.Equal(("0.0.0.0:8080/tcp", "port 8080 is held by process 77 (webserver)"), (told.Where!.Resource, told.Got));
    }

    [Theory]
    [InlineData(8080, "127.0.0.1", "tcp", true)]
    [InlineData(8080, "192.168.1.7", "tcp", false)]
    [InlineData(8080, "::", "tcp", false)]
    [InlineData(8080, "0.0.0.0", "udp", false)]
    [InlineData(8100, "0.0.0.0", "tcp", false)]
    [InlineData(9090, "::1", "tcp", true)]
    [InlineData(9091, "127.0.0.1", "tcp", true)]
    [InlineData(9091, "::1", "tcp", false)]
    [InlineData(5353, "127.0.0.1", "udp", true)]
    [InlineData(5353, "127.0.0.1", "tcp", false)]
    public void Address_protocol_and_state_decide_whether_it_is_taken(int port, string address, string protocol, bool taken)
    {
        CheckResult judgement = Judge(
            new() { Nodes = [new() { Ports = [new(80, port) { ListenAddress = address, Protocol = protocol }] }] }
        );
        if (taken)
            judgement.Only(ErrorCodes.EnginePortTaken, Severity.Error);
        else
            judgement.IsFine();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_socket_on_every_address_takes_IPv4_too_unless_it_leaves_that_to_others(bool leaves)
    {
        using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = !leaves };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        socket.Listen();
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        PortListener listener = Assert.Single(PortListener.Read("/", [port]));
        Assert.Equal(
            (leaves, !leaves, true),
            (listener.LeavesIPv4, listener.Takes(IPAddress.Loopback), listener.Takes(IPAddress.IPv6Loopback))
        );
        Assert.StartsWith(
            string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ("),
            listener.Holder,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Every_port_is_told_at_once_the_API_server_s_among_them()
    {
        ClusterConfig config = Wants(8080, 0, -1) with
        {
            Networking = new() { ApiServerPort = 9091, ApiServerAddress = "0.0.0.0" },
        };
        Assert.Equal(["0.0.0.0:8080/tcp", "0.0.0.0:9091/tcp"], Judge(config).Problems.Select(problem => problem.Where!.Resource));
    }

    [Fact]
    public void A_container_that_publishes_it_is_named_before_the_engine_s_own_process()
    {
        MachineFacts facts = Taken(8080, "127.0.0.1");
        Assert.Equal(
            "port 8080 is held by the container other-control-plane of the cluster other",
            new PortCheck().Judge(facts).Only(ErrorCodes.EnginePortTaken, Severity.Error).Got
        );
    }

    [Fact]
    public void On_another_machine_only_containers_can_be_asked()
    {
        new PortCheck().Judge(Taken(8080, "0.0.0.0") with { Host = null }).Only(ErrorCodes.EnginePortTaken, Severity.Error);
        CheckResult free = new PortCheck().Judge(
            Taken(8080, "192.168.1.7") with
            {
                Host = null,
                Config = Wants(9999),
                Elsewhere = "the engine runs elsewhere",
            }
        );
        Assert.False(free.WasLookedAt);
        Assert.Equal("0.0.0.0:9999/tcp: no container publishes them; the engine runs elsewhere", free.Finding);
    }

    [Fact]
    public void A_cluster_that_names_no_port_is_fine() => Judge(Wants(0, -1)).IsFine();

    private static ClusterConfig Wants(params int[] ports) =>
        new() { Nodes = [new() { Ports = [.. ports.Select((port, index) => new NodePort(80 + index, port))] }] };

    private CheckResult Judge(ClusterConfig config) =>
        new PortCheck().Judge(
            Facts.Fine with
            {
                Config = config,
                Host = HostFacts.Read(root, [.. PortCheck.Named(config).Select(port => port.Port)]),
            }
        );

    private MachineFacts Taken(int port, string address)
    {
        ContainerSummary holder = new()
        {
            Id = "n",
            Names = ["/other-control-plane"],
            Labels = new() { [ClusterLabels.Cluster] = "other" },
            Ports =
            [
                new()
                {
                    IP = address,
                    PublicPort = port,
                    PrivatePort = 6443,
                    Type = "tcp",
                },
            ],
        };
        return Facts.Fine with
        {
            Config = Wants(port),
            Engine = Facts.Fine.Engine! with { Containers = [holder] },
            Host = HostFacts.Read(root, [port]),
        };
    }
}
