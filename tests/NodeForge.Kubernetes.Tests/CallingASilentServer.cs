using System.Net;
using System.Net.Sockets;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Kubernetes.Tests;

/// <summary>An API server on a machine so busy that it takes a connection and says nothing within the time of a call.</summary>
public sealed class CallingASilentServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ClusterAuthorities authorities = ClusterAuthorities.Create(TimeProvider.System);
    private readonly KubernetesApi api;

    public CallingASilentServer()
    {
        listener.Start();
        Uri server = new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        api = new(new Kubeconfig("lab", server, authorities.Cluster.Pair.Certificate, authorities.Administrator()));
    }

    [Fact]
    public async Task A_pod_range_that_could_not_be_given_in_time_is_left_to_the_controller_manager() =>
        Assert.Null(await Record.ExceptionAsync(() => api.AssignPodRangeAsync("lab-worker", "10.244.1.0/24", CancellationToken.None)));

    [Fact]
    public async Task Whoever_ends_the_call_himself_is_told()
    {
        using CancellationTokenSource ended = new(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.AssignPodRangeAsync("lab-worker", "10.244.1.0/24", ended.Token));
    }

    public void Dispose()
    {
        api.Dispose();
        authorities.Dispose();
        listener.Dispose();
    }
}
