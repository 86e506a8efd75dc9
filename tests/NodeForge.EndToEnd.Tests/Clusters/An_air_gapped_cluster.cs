using System.Globalization;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Nothing gets out of an air-gapped cluster, and what a pod tries all the same is counted and named; the API server is
/// reached.</summary>
[Trait("Category", "EndToEnd")]
public sealed class An_air_gapped_cluster : IAsyncLifetime
{
    // To no network of anybody's (RFC 5737), to the machine itself, and a name.
    private const string Curious = """
        apiVersion: v1
        kind: Pod
        metadata: {name: curious}
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 0
          containers:
          - name: c
            image: example.test/busybox:1
            imagePullPolicy: Never
            command:
            - /bin/busybox
            - sh
            - -c
            - |
              /bin/busybox ping -c 3 -W 1 203.0.113.7
              echo | /bin/busybox nc -w 1 203.0.113.8 8443
              /bin/busybox nslookup -type=a outside.example 203.0.113.9
              /bin/busybox ping -c 2 -W 1 GATEWAY
              exit 0
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private MadeCluster? cluster;

    private MadeCluster Cluster => cluster ?? throw new InvalidOperationException("the cluster was not made");

    public async ValueTask InitializeAsync()
    {
        await NodeImage.IntoEngineAsync();
        cluster = await MadeCluster.CreateAsync(new ClusterConfig(), how: new CreateOptions { AirGapped = true });
    }

    public ValueTask DisposeAsync() => cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_pod_that_tries_is_counted_and_named_and_a_node_that_is_started_again_is_closed_and_heard_again()
    {
        Assert.Equal("0 0 heard", await ToldAsync());
        string port = (await File.ReadAllTextAsync(Cluster.KubeconfigPath)).Split("https://127.0.0.1:")[1].Split('\n')[0].Trim('"');
        Assert.Equal("ok", await ApiServer.ReadyAsync(int.Parse(port, CultureInfo.InvariantCulture)));

        await Workload.ImportAsync(Cluster, Cluster.First);
        string gateway = (await Cluster.RunAsync(Cluster.First, "sh", "-c", "ip -4 route show default | awk '{ print $3 }'")).Trim();
        // A namespace has its account a moment after its cluster is Ready; pods want it.
        await Eventually.TrueAsync(
            Patience,
            async () =>
                (
                    await Cluster.TryRunAsync(
                        Cluster.First,
                        ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "get", "serviceaccount", "default"],
                        null
                    )
                ).Code == 0
        );
        await Cluster.ApplyAsync(Curious.Replace("GATEWAY", gateway, StringComparison.Ordinal));
        await Eventually.EqualAsync("Succeeded", Patience, PhaseAsync);
        foreach (
            string wanted in (string[])
                ["3 icmp 203.0.113.7", "tcp 203.0.113.8 port 8443", "outside.example", "udp 203.0.113.9 port 53", $"2 icmp {gateway}"]
        )
            await Eventually.TrueAsync(
                TimeSpan.FromSeconds(5),
                async () => (await ByPodAsync()).Any(line => line.EndsWith(wanted, StringComparison.Ordinal))
            );

        Assert.NotEqual(0, (await TryFromNodeAsync("203.0.113.10")).Code);
        await Cluster.Life.StopAsync(Cluster.Name, [], default);
        await Cluster.Life.StartAsync(Cluster.Name, [], Patience, default);
        Assert.NotEqual(0, (await TryFromNodeAsync("203.0.113.11")).Code);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(5),
            async () => (await AttemptsAsync()).ToJsonString().Contains("tcp 203.0.113.11 port 443", StringComparison.Ordinal)
        );
        Assert.Contains("tcp 203.0.113.10 port 443", (await AttemptsAsync()).ToJsonString(), StringComparison.Ordinal);
        Assert.EndsWith("heard", await ToldAsync(), StringComparison.Ordinal);
    }

    private Task<(int Code, string Said)> TryFromNodeAsync(string address) =>
        Cluster.TryRunAsync(Cluster.First, ["timeout", "1", "bash", "-c", $"exec 3<>/dev/tcp/{address}/443"], null);

    private Task<string> PhaseAsync() => Cluster.KubectlAsync("get", "pod", "curious", "-o", "jsonpath={.status.phase}");

    private async Task<string[]> ByPodAsync() =>
        [
            .. (await AttemptsAsync())["attempts"]!
                .AsArray()
                .Where(attempt => (string?)attempt!["pod"] == "default/curious")
                .Select(attempt => $"{attempt!["count"]} {attempt["destination"]}"),
        ];

    private async Task<string> ToldAsync()
    {
        JsonNode told = await AttemptsAsync();
        bool heard = told["nodes"]!.AsArray().All(node => (bool)node!["heard"]!);
        return $"{told["names"]} {told["packets"]} {(heard ? "heard" : "not heard")}";
    }

    private async Task<JsonNode> AttemptsAsync() =>
        JsonNode.Parse(
            (await ProgramRun.TryAsync(Checkout.NodeForge("get", "attempts", "--name", Cluster.Name, "-o", "json"))).Succeeded().Output
        )!;
}
