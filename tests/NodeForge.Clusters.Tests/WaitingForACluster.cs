using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeconfigs;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Clusters.Tests;

public sealed class WaitingForACluster
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("192.0.2.1")]
    public void A_port_is_chosen_for_addresses_that_only_the_engine_s_host_has_too(string address) =>
        Assert.InRange(FreePort.Choose(address), 1, 65535);

    [Fact]
    public async Task An_API_server_that_does_not_answer_in_time_is_told_with_its_address()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        Uri address = new($"https://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");
        taken.Stop();
        using ClusterAuthorities authorities = ClusterAuthorities.Create(TimeProvider.System);
        Kubeconfig kubeconfig = new("lab", address, authorities.Cluster.Pair.Certificate, authorities.Administrator());
        using KubernetesApi api = new(kubeconfig);

        Diagnostic told = Assert.Single(
            await ScriptedNodes.FailsAsync(() =>
                AwaitApiServer.UsableAsync(api, kubeconfig, TimeSpan.FromMilliseconds(200), null, CancellationToken.None)
            )
        );

        Assert.Equal((ErrorCodes.ApiServerTimeout, address.OriginalString), (told.Code, told.Where!.Resource));
    }

    [Fact]
    public async Task Nodes_that_are_not_Ready_in_time_are_each_told_with_the_kubelets_reason()
    {
        const string nodes = """
            {"items":[
              {"metadata":{"name":"lab-control-plane"},"spec":{},"status":{"conditions":[{"type":"Ready","status":"True"}]}},
              {"metadata":{"name":"lab-worker"},"spec":{},"status":{"conditions":[{"type":"Ready","status":"False","message":"cni plugin not initialized"}]}}
            ]}
            """;
        using ClusterAuthorities authorities = ClusterAuthorities.Create(TimeProvider.System);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using CancellationTokenSource over = new();
        Task serving = ServeAsync(listener, authorities, nodes, over.Token);
        Kubeconfig kubeconfig = new(
            "lab",
            new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"),
            authorities.Cluster.Pair.Certificate,
            authorities.Administrator()
        );
        using KubernetesApi api = new(kubeconfig);
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane, NodeRole.Worker, NodeRole.Worker);

        IReadOnlyList<Diagnostic> told = await ScriptedNodes.FailsAsync(() =>
            AwaitReady.RunAsync(
                api,
                plan.Nodes.ToDictionary(node => node.Name, _ => DateTimeOffset.MinValue),
                TimeSpan.FromSeconds(3),
                null,
                "look",
                CancellationToken.None
            )
        );

        Assert.All(told, problem => Assert.Equal(ErrorCodes.NodesNotReady, problem.Code));
        Assert.Equal(
            [("lab-worker", "cni plugin not initialized"), ("lab-worker2", "it has not registered")],
            told.Select(problem => (problem.Where!.Resource, problem.Got))
        );
        await over.CancelAsync();
        await serving;
    }

    [Fact]
    public void A_kubelet_that_ends_again_and_again_is_told_in_its_own_words()
    {
        const string Journal = """
            Nov 28 13:02:00 lab kubelet[120]: I1128 13:02:00.1 120 server.go:212] "Kubelet version" kubeletVersion="v1.36.2"
            Nov 28 13:02:01 lab kubelet[123]: E1128 13:02:01.5 123 run.go:72] "command failed" err="failed to set feature gates: unrecognized feature gate: NoSuch"
            """;
        Diagnostic? told = KubeletWatch.ProblemOf("lab-worker", 5, Journal);

        Assert.Equal((ErrorCodes.KubeletEnds, "lab-worker"), (told?.Code, told?.Where?.Resource));
        Assert.Contains("unrecognized feature gate: NoSuch", told!.Got, StringComparison.Ordinal);
        Assert.Null(KubeletWatch.ProblemOf("lab-worker", 5, "Nov 28 13:02:00 lab kubelet[120]: I1128 fine\n"));
    }

    [Fact]
    public async Task A_node_without_a_route_to_another_s_pods_is_told_with_what_its_network_said()
    {
        await using ScriptedApi api = new(line =>
            line.Contains("configmaps", StringComparison.Ordinal)
                ? (200, "{}")
                : (
                    200,
                    """
                    {"items":[
                      {"metadata":{"name":"lab-control-plane"},"spec":{"podCIDRs":["10.244.0.0/24"]},"status":{}},
                      {"metadata":{"name":"lab-worker"},"spec":{"podCIDRs":["10.244.1.0/24"]},"status":{}}
                    ]}
                    """
                )
        );
        await using ScriptedEngine engine = new();
        foreach (string node in (string[])["a", "b"])
            engine.WithPrograms(node, 0, "10.244.1.0/24 via 10.201.0.3 dev eth0\n", string.Empty);
        using EngineClient client = await engine.ConnectAsync();
        ClusterNode[] nodes = [new(client, "a", "lab-control-plane"), new(client, "b", "lab-worker")];

        Diagnostic told = Assert.Single(
            await ScriptedNodes.FailsAsync(() =>
                AwaitPodNetwork.RunAsync(api.Api, nodes, TimeSpan.FromMilliseconds(300), CancellationToken.None)
            )
        );

        Assert.Equal((ErrorCodes.PodNetworkIncomplete, "lab-worker"), (told.Code, told.Where!.Resource));
        Assert.Contains("10.244.0.0/24", told.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("etcd:3.6.8-0\npause:3.10\n", "etcd:3.6.8-0\npause:3.10\ncoredns:v1.14.2\n", false, "")]
    [InlineData("etcd:3.5.21-0\ncoredns:v1.12.0\n", "etcd:3.6.8-0\ncoredns:v1.14.2\n", true, "etcd:3.6.8-0,coredns:v1.14.2")]
    [InlineData("etcd:3.6.8-0\ncoredns:v1.14.2\n", "", true, "")]
    [InlineData("etcd:3.4.13-0\n", "[config] WARNING: Ignored YAML document\netcd:3.4.13-0\n", false, "")]
    public void Images_that_kubeadm_asks_for_and_the_node_lacks_are_known_before_a_pod_waits_for_them(
        string present,
        string wanted,
        bool dns,
        string missing
    )
    {
        NodeImages images = LookForImages.Compare(present, wanted);

        Assert.Equal((dns, missing), (images.HasDns, string.Join(',', images.Missing)));
    }

    [Fact]
    public async Task Missing_images_are_warned_of_by_name()
    {
        await using ScriptedEngine engine = new();
        using EngineClient client = await engine.ConnectAsync();
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane);
        PreparedNode node = new(new(client, "a", "lab-control-plane"), plan.First, new(KubernetesVersion.Parse("v1.36.2"), null, null));

        Diagnostic? told = LookForImages.WarningOf(new(true, ["registry.k8s.io/etcd:3.6.8-0"]), node);

        Assert.Equal(
            (ErrorCodes.NodeImageIncomplete, Severity.Warning, "registry.k8s.io/etcd:3.6.8-0"),
            (told?.Code, told?.Severity, told?.Got)
        );
        Assert.Null(LookForImages.WarningOf(new(true, []), node));
    }

    [Fact]
    public async Task Another_pod_network_is_not_looked_at()
    {
        await using ScriptedApi api = new(_ => (404, "{}"));
        await using ScriptedEngine engine = new();
        using EngineClient client = await engine.ConnectAsync();

        await AwaitPodNetwork.RunAsync(
            api.Api,
            [new(client, "a", "lab-control-plane"), new(client, "b", "lab-worker")],
            TimeSpan.FromSeconds(5),
            CancellationToken.None
        );

        Assert.Single(api.Requests);
    }

    private static async Task ServeAsync(
        TcpListener listener,
        ClusterAuthorities authorities,
        string body,
        CancellationToken cancellationToken
    )
    {
        KeyPair pair = authorities.Cluster.Server("kube-apiserver", ["localhost"], [IPAddress.Loopback], TimeProvider.System);
        using X509Certificate2 read = X509Certificate2.CreateFromPem(pair.Certificate, pair.Key);
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        byte[] answer = Encoding.UTF8.GetBytes(
            $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"
        );
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(cancellationToken);
                await using SslStream tls = new(client.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
                await tls.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, cancellationToken);
                await tls.WriteAsync(answer, cancellationToken);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The test is over.
        }
    }
}
