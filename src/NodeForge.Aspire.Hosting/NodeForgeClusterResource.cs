using Aspire.Hosting.ApplicationModel;
using NodeForge.Testing;

namespace NodeForge.Aspire.Hosting;

/// <summary>A Kubernetes cluster that stands while its app host runs, or longer.</summary>
/// <remarks>
/// The connection string is <c>Endpoint=https://127.0.0.1:PORT;Kubeconfig=PATH</c>. Whoever asks for it before the cluster is there waits;
/// where the cluster cannot be made, it throws what the creation failed with.
/// </remarks>
public sealed class NodeForgeClusterResource : Resource, IResourceWithConnectionString, IResourceWithWaitSupport
{
    private readonly TaskCompletionSource<TestCluster> running = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="name">As Aspire takes names; the cluster's begins with it.</param>
    public NodeForgeClusterResource(string name)
        : base(name)
    {
        Endpoint = Value("Endpoint", cluster => cluster.ApiServer.GetLeftPart(UriPartial.Authority));
        Kubeconfig = Value("Kubeconfig", cluster => cluster.KubeconfigPath);
    }

    /// <summary>Where the API server answers on this machine: <c>https://127.0.0.1:PORT</c>.</summary>
    public ReferenceExpression Endpoint { get; }

    /// <summary>The path of a kubeconfig with this one cluster, which only the user may read.</summary>
    public ReferenceExpression Kubeconfig { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"Endpoint={Endpoint};Kubeconfig={Kubeconfig}");

    /// <summary>What the cluster is made from; null until an image or a bundle is named.</summary>
    internal ClusterBuilder? Source { get; set; }

    /// <summary>What is said of it besides.</summary>
    internal List<Func<ClusterBuilder, ClusterBuilder>> Wishes { get; } = [];

    internal ContainerLifetime Lifetime { get; set; } = ContainerLifetime.Session;

    /// <summary>The cluster once it is there.</summary>
    internal TestCluster? Running => running.Task.IsCompletedSuccessfully ? running.Task.Result : null;

    /// <inheritdoc/>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
        [new("Endpoint", Endpoint), new("Kubeconfig", Kubeconfig)];

    /// <param name="host">The user and the machine.</param>
    /// <param name="appHost">Tells the clusters of one app host from those of another, which may have resources of the same name.</param>
    /// <param name="log">Hears of steps.</param>
    /// <exception cref="InvalidOperationException">Neither an image nor a bundle is named.</exception>
    internal TestCluster Build(HostEnvironment host, string appHost, IForgeReporter log)
    {
        ClusterBuilder wanted =
            Source
            ?? throw new InvalidOperationException(
                $"cluster '{Name}' has no node image: add .WithImage(\"nodeforge/node:latest\") or .WithBundle(file)"
            );
        wanted = wanted.WithHost(host).WithName(Name.ToLowerInvariant());
        wanted = Wishes.Aggregate(wanted, (so, wish) => wish(so)).WithReporter(log);
        return (Lifetime == ContainerLifetime.Persistent ? wanted.WithReuse(appHost) : wanted).Build();
    }

    internal void Begin(TestCluster cluster) => running.TrySetResult(cluster);

    internal void Fail(Exception failure)
    {
        running.TrySetException(failure);
        _ = running.Task.Exception; // Where nobody refers to the cluster, nobody asks.
    }

    private ReferenceExpression Value(string property, Func<TestCluster, string> read) =>
        ReferenceExpression.Create($"{new ClusterValue($"{{{Name}.{property}}}", running.Task, read)}");

    private sealed record ClusterValue(string ValueExpression, Task<TestCluster> Cluster, Func<TestCluster, string> Read)
        : IValueProvider,
            IManifestExpressionProvider
    {
        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
            Read(await Cluster.WaitAsync(cancellationToken).ConfigureAwait(false));
    }
}
