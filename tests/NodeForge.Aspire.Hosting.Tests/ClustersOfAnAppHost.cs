using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Aspire.Hosting.Tests;

public sealed class ClustersOfAnAppHost : IAsyncLifetime
{
    private const string Image = "nodeforge/node:test";

    private readonly ScriptedEngine engine = PlayedEngine.Start();
    private readonly AppHost host = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_made_is_shown_with_its_reason_which_those_who_wait_for_it_hear_too()
    {
        IResourceBuilder<NodeForgeClusterResource> k8s = host.AddCluster("k8s", engine.SocketPath).WithImage(Image);
        IResourceBuilder<ExecutableResource> program = host.Builder.AddExecutable("nodes", "kubectl", ".").WithReference(k8s);
        Assert.Equal(KnownResourceStates.NotStarted, InitialState(k8s.Resource));
        await host.BeginAsync(k8s.Resource);
        Assert.Equal(KnownResourceStates.FailedToStart, host.Shown(k8s.Resource).State?.Text);
        string log = await host.LogAsync(k8s.Resource);
        Assert.True(log.Contains("no room for clusters", StringComparison.Ordinal), log);
        Exception heard = await Assert.ThrowsAnyAsync<Exception>(() => host.VariablesAsync(program.Resource));
        Assert.Contains("no room for clusters", heard.ToString(), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());
    }

    [Fact]
    public async Task A_cluster_that_outlives_its_app_host_is_found_again_and_given_to_whoever_refers_to_it()
    {
        string state = Directory.CreateTempSubdirectory("nf-state-").FullName;
        try
        {
            await using (AppHost before = new())
            {
                NodeForgeClusterResource made = Persistent(before, state).Resource;
                await before.BeginAsync(made);
                Assert.Equal(KnownResourceStates.FailedToStart, before.Shown(made).State?.Text);
            }

            // As if that creation had ended well.
            string lease = Assert.Single(Directory.GetFiles(Path.Combine(state, "testing"), "k8s-*.reused"));
            await File.AppendAllTextAsync(lease, "whole\n");
            string cluster = Path.GetFileNameWithoutExtension(lease);
            engine.Has(cluster, port: 1);

            IResourceBuilder<NodeForgeClusterResource> k8s = Persistent(host, state);
            IResourceBuilder<ExecutableResource> program = host
                .Builder.AddExecutable("nodes", "kubectl", ".")
                .WithEnvironment("KUBECONFIG", ReferenceExpression.Create($"/etc/other"))
                .WithReference(k8s);
            await host.BeginAsync(k8s.Resource);

            CustomResourceSnapshot shown = host.Shown(k8s.Resource);
            Assert.Equal(KnownResourceStates.Running, shown.State?.Text);
            Assert.Equal("https://127.0.0.1:1", Assert.Single(shown.Urls).Url);
            string kubeconfig = Path.ChangeExtension(lease, ".kubeconfig");
            Assert.Equal(
                new Dictionary<string, string>
                {
                    ["KUBECONFIG"] = "/etc/other:" + kubeconfig,
                    ["ConnectionStrings__k8s"] = $"Endpoint=https://127.0.0.1:1;Kubeconfig={kubeconfig}",
                    ["K8S_ENDPOINT"] = "https://127.0.0.1:1",
                    ["K8S_KUBECONFIG"] = kubeconfig,
                },
                await host.VariablesAsync(program.Resource)
            );
            Assert.Contains("kind-" + cluster, await File.ReadAllTextAsync(kubeconfig), StringComparison.Ordinal);
            Assert.Equal(HealthStatus.Unhealthy, await HealthAsync()); // Nobody answers at that port.

            await StopAsync(k8s.Resource);
            Assert.Equal(KnownResourceStates.Running, host.Shown(k8s.Resource).State?.Text);
            Assert.DoesNotContain(engine.Requests, request => request.StartsWith("DELETE /containers", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    [Fact]
    public async Task A_host_that_stops_while_a_cluster_is_made_makes_it_no_further_and_leaves_nothing()
    {
        TaskCompletionSource asked = new(),
            never = new();
        engine.On(
            "GET /info",
            async call =>
            {
                asked.TrySetResult();
                await call.Body.CopyToAsync(Stream.Null);
                await never.Task;
            }
        );
        string state = Directory.CreateTempSubdirectory("nf-state-").FullName;
        NodeForgeClusterResource k8s = host.AddCluster("k8s", engine.SocketPath, state).WithImage(Image).Resource;
        Task making = host.BeginAsync(k8s);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(KnownResourceStates.Starting, host.Shown(k8s).State?.Text);
        Assert.Single(Directory.GetFiles(Path.Combine(state, "testing"), "k8s-*.lease"));
        await StopAsync(k8s);
        await making;
        Assert.Equal(KnownResourceStates.Exited, host.Shown(k8s).State?.Text);
        Assert.Empty(Directory.GetFiles(Path.Combine(state, "testing"), "k8s-*"));
        never.SetResult();
        Directory.Delete(state, recursive: true);
    }

    [Fact]
    public async Task A_cluster_of_which_nothing_is_said_says_what_is_missing()
    {
        NodeForgeClusterResource k8s = host.AddCluster("k8s", engine.SocketPath).Resource;
        await host.BeginAsync(k8s);
        Assert.Equal(KnownResourceStates.FailedToStart, host.Shown(k8s).State?.Text);
        Assert.Contains(".WithImage(", await host.LogAsync(k8s), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_that_is_not_there_is_told_with_its_path()
    {
        NodeForgeClusterResource k8s = host.AddCluster("k8s", engine.SocketPath).WithBundle("no-such.nfb").Resource;
        await host.BeginAsync(k8s);
        Assert.Equal(KnownResourceStates.FailedToStart, host.Shown(k8s).State?.Text);
        string log = await host.LogAsync(k8s);
        Assert.True(log.Contains(Path.Combine(host.Folder, "no-such.nfb"), StringComparison.Ordinal), log);
    }

    [Fact]
    public void A_container_is_refused_since_it_could_not_reach_the_cluster()
    {
        IResourceBuilder<NodeForgeClusterResource> k8s = host.AddCluster("k8s", engine.SocketPath).WithImage(Image);
        IResourceBuilder<ContainerResource> container = host.Builder.AddContainer("tool", "tool");
        DistributedApplicationException told = Assert.Throws<DistributedApplicationException>(() => container.WithReference(k8s));
        Assert.Contains("'tool' is a container", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_published_application_is_given_no_cluster_and_its_manifest_has_none()
    {
        await using AppHost publishing = new("AppHost:Operation=publish", "Pipeline:Step=publish");
        IResourceBuilder<NodeForgeClusterResource> k8s = publishing.AddCluster("k8s", engine.SocketPath).WithImage(Image);
        IResourceBuilder<ExecutableResource> program = publishing.Builder.AddExecutable("nodes", "kubectl", ".").WithReference(k8s);
        Assert.Empty(await publishing.VariablesAsync(program.Resource));
        Assert.Contains(ManifestPublishingCallbackAnnotation.Ignore, k8s.Resource.Annotations);
    }

    private IResourceBuilder<NodeForgeClusterResource> Persistent(AppHost of, string state) =>
        of.AddCluster("k8s", engine.SocketPath, state).WithImage(Image).WithLifetime(ContainerLifetime.Persistent);

    private static string? InitialState(NodeForgeClusterResource cluster) =>
        cluster.Annotations.OfType<ResourceSnapshotAnnotation>().Single().InitialSnapshot.State?.Text;

    // As the host does: everything else has stopped in between.
    private async Task StopAsync(NodeForgeClusterResource cluster)
    {
        ClusterLife life = host.App.Services.GetRequiredKeyedService<ClusterLife>(cluster);
        await life.StoppingAsync(CancellationToken.None);
        await life.StoppedAsync(CancellationToken.None);
    }

    private async Task<HealthStatus> HealthAsync()
    {
        HealthReport report = await host
            .App.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Name == "k8s_ready");
        return report.Entries["k8s_ready"].Status;
    }
}
