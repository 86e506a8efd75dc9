using System.Diagnostics.CodeAnalysis;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using NodeForge.Testing;

namespace NodeForge.Aspire.Hosting;

/// <summary>A cluster's life within that of its app host: made when the host starts, gone when all that used it has stopped.</summary>
/// <remarks>A host that is killed stops nothing: the kernel gives up its lease, and whoever makes a cluster next removes this.</remarks>
/// <param name="resource">The cluster's resource.</param>
/// <param name="host">The user and the machine.</param>
/// <param name="appHost">Tells the clusters of one app host from those of another.</param>
/// <param name="notifications">The dashboard, and whoever waits.</param>
internal sealed class ClusterLife(
    NodeForgeClusterResource resource,
    HostEnvironment host,
    string appHost,
    ResourceNotificationService notifications
) : IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private readonly CancellationTokenSource ending = new();
    private Task making = Task.CompletedTask;
    private ResourceLog? log;

    [SuppressMessage("Usage", "CA2213", Justification = "EndAsync disposes of it, whoever comes first.")]
    private TestCluster? cluster;

    private bool disposed;

    /// <summary>Makes the cluster; its failure is told on the dashboard, and to whoever asks for the connection string.</summary>
    public Task BeginAsync(InitializeResourceEvent begun)
    {
        log = new(begun.Logger);
        return making = MakeAsync(begun, log);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => ending.CancelAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everybody else has stopped. The host's patience is for others: what is not removed now stands until somebody makes the next
    /// cluster.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await making.ConfigureAwait(false);
        if (cluster is null || resource.Lifetime == ContainerLifetime.Persistent)
            return;
        await ShowAsync(KnownResourceStates.Stopping).ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        await ShowAsync(KnownResourceStates.Exited).ConfigureAwait(false);
    }

    /// <summary>Where the host failed before it could stop.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
        await ending.CancelAsync().ConfigureAwait(false);
        await making.ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        ending.Dispose();
    }

    // A host that is not disposed of asynchronously asks for this one.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task MakeAsync(InitializeResourceEvent begun, ResourceLog told)
    {
        CancellationToken stop = ending.Token;
        try
        {
            await begun.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, begun.Services), stop).ConfigureAwait(false);
            await ShowAsync(KnownResourceStates.Starting).ConfigureAwait(false);
            cluster = resource.Build(host, appHost, told);
            await cluster.StartAsync(stop).ConfigureAwait(false);
            resource.Begin(cluster);
            await begun.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, begun.Services), stop).ConfigureAwait(false);
            await ShowAsync(cluster).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            resource.Fail(failure);
            bool stopped = stop.IsCancellationRequested;
            if (!stopped)
                told.Tell(failure);
            await ShowAsync(stopped ? KnownResourceStates.Exited : KnownResourceStates.FailedToStart).ConfigureAwait(false);
        }
    }

    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref cluster, null) is not { } made)
            return;
        try
        {
            await made.DisposeAsync().ConfigureAwait(false);
        }
        catch (NodeForgeException failure)
        {
            log?.Tell(failure);
        }
    }

    private Task ShowAsync(string state) => notifications.PublishUpdateAsync(resource, shown => shown with { State = state });

    private Task ShowAsync(TestCluster made) =>
        notifications.PublishUpdateAsync(
            resource,
            shown =>
                shown with
                {
                    State = KnownResourceStates.Running,
                    StartTimeStamp = host.Clock.GetUtcNow().UtcDateTime,
                    Urls = [new("api-server", made.ApiServer.GetLeftPart(UriPartial.Authority), IsInternal: false)],
                    Properties = [.. shown.Properties, new("Cluster", made.Name), new("Kubeconfig", made.KubeconfigPath)],
                }
        );
}
