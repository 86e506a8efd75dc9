using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary><c>nodeforge doctor</c> on this machine and its engine, and the same before a cluster is made. Nothing is made.</summary>
[Trait("Category", "EndToEnd")]
public sealed class When_the_machine_is_checked : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-doctor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_machine_on_which_clusters_run_has_no_error()
    {
        ProgramRun run = (await NodeForgeAsync("doctor")).Succeeded();
        Assert.Equal("", run.Error);
        Assert.Equal(14, run.Output.Split('\n').Count(line => line.StartsWith('✓') || line.StartsWith('!') || line.StartsWith('-')));
        JsonElement document = JsonDocument.Parse((await NodeForgeAsync("doctor", "-o", "json")).Succeeded().Output).RootElement;
        Assert.Equal((1, 14), (document.GetProperty("schemaVersion").GetInt32(), document.GetProperty("checks").GetArrayLength()));
        Assert.NotEqual("error", document.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task A_port_that_is_taken_names_the_process_and_ranges_that_meet_are_told_with_it()
    {
        using TcpListener holder = new(IPAddress.Loopback, 0);
        holder.Start();
        int port = ((IPEndPoint)holder.LocalEndpoint).Port;
        string file = Write(port);

        ProgramRun run = (await NodeForgeAsync("doctor", "--config", file)).Returned(5);

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"got  port {port} is held by process {Environment.ProcessId} ("),
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("NF8014: pods and services have addresses in common", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.Output.Split('\n').Count(line => line.StartsWith('✗')));
    }

    [Fact]
    public async Task A_creation_is_refused_for_all_of_it_at_once()
    {
        using TcpListener holder = new(IPAddress.Loopback, 0);
        holder.Start();
        string file = Write(((IPEndPoint)holder.LocalEndpoint).Port);

        ProgramRun run = (await NodeForgeAsync("create", "cluster", "--config", file, "--image", "nodeforge-test/nowhere:1")).Returned(5);

        Assert.Equal(
            ["NF5506", "NF8014", "NF5508"],
            run.Error.Split('\n')
                .Where(line => line.StartsWith("error ", StringComparison.Ordinal))
                .Select(line => line["error ".Length..][..6])
        );
        Assert.DoesNotContain("create network", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_engine_the_rest_is_told_all_the_same()
    {
        ProgramRun run = (
            await ProgramRun.TryAsync(
                Checkout.NodeForge("doctor"),
                new Dictionary<string, string?> { ["DOCKER_HOST"] = "unix://" + Path.Combine(folder, "none.sock") }
            )
        ).Returned(5);
        Assert.Contains("NF5501: no container engine answers", run.Output, StringComparison.Ordinal);
        Assert.Contains("cgroups       v", run.Output, StringComparison.Ordinal);
    }

    private string Write(int port)
    {
        string file = Path.Combine(folder, "cluster.yaml");
        File.WriteAllText(
            file,
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                kind: Cluster
                apiVersion: kind.x-k8s.io/v1alpha4
                name: {{"nf-e2e-" + Path.GetRandomFileName()[..6]}}
                nodes:
                - role: control-plane
                  extraPortMappings: [{containerPort: 80, hostPort: {{port}}, listenAddress: 127.0.0.1}]
                networking: {podSubnet: 10.96.128.0/17, serviceSubnet: 10.96.0.0/16}
                """
            )
        );
        return file;
    }

    private Task<ProgramRun> NodeForgeAsync(params string[] arguments) =>
        ProgramRun.TryAsync(
            Checkout.NodeForge(arguments),
            new Dictionary<string, string?>
            {
                ["NODEFORGE_STATE"] = Path.Combine(folder, "state"),
                ["KUBECONFIG"] = Path.Combine(folder, "kubeconfig"),
            }
        );
}
