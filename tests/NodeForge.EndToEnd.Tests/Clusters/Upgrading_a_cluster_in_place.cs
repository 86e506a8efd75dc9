using System.Globalization;
using NodeForge.Clusters.Configuration;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A control plane and a worker go over to another build of the node image, and what they keep is theirs again.</summary>
[Collection(NodeImageCollection.Name)]
public sealed class Upgrading_a_cluster_in_place : IDisposable
{
    private const string Mark = "/usr/lib/nodeforge/second-build";

    private readonly string folder = Directory.CreateTempSubdirectory("nf-upgrade-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Pods_answer_while_the_control_plane_is_replaced_and_data_addresses_and_ports_stay()
    {
        await using DerivedImage second = await WithFileAsync("second-build", "second", Mark, executable: false);
        await using DerivedImage broken = await WithFileAsync("kubelet", "#!/bin/sh\nexit 1\n", "/usr/bin/kubelet", executable: true);
        NodeConfig worker = new() { Role = NodeRole.Worker, Ports = [new(Workload.NodePort, 0) { ListenAddress = "127.0.0.1" }] };
        await using MadeCluster cluster = await MadeCluster.CreateAsync(new NodeConfig(), worker);
        Workload workload = await Workload.StartAsync(cluster);
        string only = cluster.Workers.Single();
        int port = await cluster.HostPortAsync(only, Workload.NodePort);
        await workload.AnswersAsync(port);
        await cluster.ApplyAsync(Volume(only));
        await cluster.RunAsync(
            only,
            "sh",
            "-c",
            "mkdir -p /var/local-path-provisioner/kept && echo remembered > /var/local-path-provisioner/kept/it"
        );
        string addresses = await AddressesAsync(cluster);

        await using (Asking asking = new(workload, port))
        {
            (await UpgradeAsync(cluster, "node", cluster.First, second.Reference)).Succeeded();
            Assert.True(await asking.EndAsync() > 20, "nobody asked");
        }

        Assert.Equal("second", await cluster.RunAsync(cluster.First, "cat", Mark));

        // It never becomes Ready on this one.
        ProgramRun failed = (await UpgradeAsync(cluster, "node", only, broken.Reference, "--wait", "20s")).Returned(7);
        Assert.Contains("NF8072", failed.Error, StringComparison.Ordinal);
        await workload.AnswersAsync(port);

        (await UpgradeAsync(cluster, "cluster", null, second.Reference)).Succeeded();
        Assert.Equal("second", await cluster.RunAsync(only, "cat", Mark));
        Assert.Equal("remembered", await cluster.RunAsync(only, "cat", "/var/local-path-provisioner/kept/it"));
        Assert.Equal(addresses, await AddressesAsync(cluster));
        Assert.Equal(port, await cluster.HostPortAsync(only, Workload.NodePort));
        // Of an image that a user loaded, which is never fetched.
        await workload.RolledOutAsync();
        await workload.AnswersAsync(port);
    }

    private static Task<ProgramRun> UpgradeAsync(MadeCluster cluster, string what, string? node, string image, params string[] more)
    {
        string[] named = node is null ? [] : [node];
        return ProgramRun.TryAsync(Checkout.NodeForge(["upgrade", what, .. named, "--name", cluster.Name, "--image", image, .. more]));
    }

    private static Task<string> AddressesAsync(MadeCluster cluster) =>
        cluster.KubectlAsync(
            "get",
            "nodes",
            "-o",
            "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.addresses[*].address} {.spec.podCIDR}{\"\\n\"}{end}"
        );

    private async Task<DerivedImage> WithFileAsync(string name, string content, string path, bool executable)
    {
        string file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, content);
        if (executable)
            File.SetUnixFileMode(
                file,
                File.GetUnixFileMode(file) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
            );
        return await DerivedImage.CommitAsync(NodeImage.Reference, new Dictionary<string, string> { [file] = path });
    }

    private static string Volume(string node) =>
        $$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: kept}
            spec:
              capacity: {storage: 1Mi}
              accessModes: [ReadWriteOnce]
              hostPath: {path: /var/local-path-provisioner/kept}
              nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [{{node}}]}]}]} }
            """;

    /// <summary>Asks again and again; whoever does not answer fails the test.</summary>
    private sealed class Asking : IAsyncDisposable
    {
        private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

        private readonly CancellationTokenSource ending = new();
        private readonly Task<int> running;

        public Asking(Workload workload, int port) => running = RunAsync(workload, port);

        public async Task<int> EndAsync()
        {
            await ending.CancelAsync();
            return await running;
        }

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ending.Dispose();
        }

        private async Task<int> RunAsync(Workload workload, int port)
        {
            int asked = 0;
            for (; !ending.IsCancellationRequested; asked++)
            {
                string said = await workload.AskAsync(port);
                Assert.True(
                    said.StartsWith("web-", StringComparison.Ordinal),
                    string.Create(CultureInfo.InvariantCulture, $"request {asked} was answered with '{said}'")
                );
                await Task.Delay(Every, CancellationToken.None);
            }

            return asked;
        }
    }
}
