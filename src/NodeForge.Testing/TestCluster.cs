using System.Text;
using NodeForge.Clusters;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Testing;

/// <summary>A real cluster for tests: made by <see cref="StartAsync"/>, gone after <see cref="DisposeAsync"/>, unless it is to be
/// reused.</summary>
/// <remarks>
/// The user's kubeconfig is left alone. A test run that is killed leaves its clusters; the next one that starts a cluster on the same
/// engine removes them, since the kernel gave up
/// the lock on their leases.
/// </remarks>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly ClusterBuilder wanted;
    private readonly ClusterProvider clusters;
    private readonly LeaseFolder leases;
    private Lease? lease;
    private Kubeconfig? kubeconfig;

    internal TestCluster(ClusterBuilder wanted)
    {
        this.wanted = wanted;
        leases = new(wanted.Host);
        clusters = new(wanted.Host, wanted.Reporter, new(Path.Combine(leases.Path, "diagnostics"), Path.Combine(leases.Path, "scratch")));
    }

    /// <summary>The cluster's name, as <c>nodeforge get clusters</c> shows it.</summary>
    /// <exception cref="InvalidOperationException">It is not started.</exception>
    public string Name => Started.Cluster;

    /// <summary>A kubeconfig with this one cluster, for programs: <c>kubectl --kubeconfig</c>. Only the user may read it.</summary>
    /// <exception cref="InvalidOperationException">It is not started.</exception>
    public string KubeconfigPath => Started.Kubeconfig;

    /// <summary>Where the API server answers on this machine.</summary>
    /// <exception cref="InvalidOperationException">It is not started.</exception>
    public Uri ApiServer => Administrator.Server;

    private Kubeconfig Administrator => kubeconfig ?? throw NotStarted();

    private Lease Started => lease ?? throw NotStarted();

    /// <summary>Makes the cluster, or finds it; returns when its nodes are Ready and have the images that were asked for.</summary>
    /// <exception cref="NodeForgeException">As of creating a cluster: the NF55, NF80 and NF91 ranges. What was made is removed, and
    /// diagnostics of its nodes are kept.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (lease is not null)
            return;
        await leases.SweepAsync(clusters, wanted.Reporter, cancellationToken).ConfigureAwait(false);
        Lease taken = wanted.IsReused
            ? await leases
                .WaitAsync(wanted.Name, await ReuseKey.OfAsync(wanted, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false)
            : leases.Take(wanted.Name);
        try
        {
            if (!await FindAsync(taken, cancellationToken).ConfigureAwait(false))
                await CreateAsync(taken, cancellationToken).ConfigureAwait(false);
            if (wanted.LoadedImages.Count > 0)
                await clusters.LoadAsync(taken.Cluster, [], wanted.LoadedImages, cancellationToken).ConfigureAwait(false);
            kubeconfig = await clusters.KubeconfigAsync(taken.Cluster, within: false, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await GiveUpAsync(taken).ConfigureAwait(false);
            throw;
        }

        if (wanted.IsReused)
            taken.Dispose(); // Only the start is for one at a time.
        lease = taken;
    }

    /// <summary>The administrator's kubeconfig, as YAML.</summary>
    /// <param name="within">For clients in containers on the cluster's own network, in place of this machine.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string> GetKubeconfigAsync(bool within = false, CancellationToken cancellationToken = default)
    {
        Kubeconfig read = await clusters.KubeconfigAsync(Name, within, cancellationToken).ConfigureAwait(false);
        return read.ToYaml();
    }

    /// <summary>Whether the API server says that it is ready; false too where it does not answer within five seconds.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
    {
        using KubernetesApi api = new(Administrator);
        return await api.TryGetAsync("/readyz", cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>Gives an image of the engine to every node, so that pods run it without a registry.</summary>
    public Task LoadImageAsync(string image, CancellationToken cancellationToken = default) =>
        clusters.LoadAsync(Name, [], [image], cancellationToken);

    /// <summary>Gives the images of an archive or a layout to every node.</summary>
    public Task LoadArchiveAsync(string path, CancellationToken cancellationToken = default) =>
        clusters.LoadArchivesAsync(Name, [], [wanted.Host.Resolve(path)], cancellationToken);

    /// <summary>The cluster's nodes, with roles, states, addresses and versions.</summary>
    public Task<IReadOnlyList<ListedNode>> GetNodesAsync(CancellationToken cancellationToken = default) =>
        clusters.DescribeNodesAsync(Name, cancellationToken);

    /// <summary>Runs a program in a node and waits for its end.</summary>
    /// <param name="node">The node's name, of <see cref="GetNodesAsync"/>.</param>
    /// <param name="command">A program and its arguments; no shell is in between.</param>
    /// <param name="cancellationToken">Lets go of the program; it is not killed.</param>
    public async Task<ExecResult> ExecAsync(string node, IReadOnlyList<string> command, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(command.Count);
        using MemoryStream output = new();
        using MemoryStream errors = new();
        int code = await clusters
            .ExecAsync(Name, node, command, new ExecStreams(Stream.Null, output, errors), cancellationToken)
            .ConfigureAwait(false);
        return new(code, Text(output), Text(errors));
    }

    /// <summary>Saves what the nodes can tell into a folder, for a test that failed.</summary>
    public Task<ExportedLogs> ExportLogsAsync(string folder, CancellationToken cancellationToken = default) =>
        clusters.ExportLogsAsync(
            Name,
            wanted.Host.Resolve(folder),
            typeof(TestCluster).Assembly.GetName().Version?.ToString(3) ?? "0.0.0",
            cancellationToken
        );

    /// <summary>Removes the cluster, unless it is to be reused.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref lease, null) is { } held && !wanted.IsReused)
            await leases.EndAsync(held, clusters, CancellationToken.None).ConfigureAwait(false);
    }

    // A cluster to be reused that was left half-made is made anew.
    private async Task<bool> FindAsync(Lease taken, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogNode> nodes = wanted.IsReused
            ? await clusters.NodesAsync(taken.Cluster, cancellationToken).ConfigureAwait(false)
            : [];
        if (nodes.Count == 0)
            return false;
        if (!taken.IsWhole)
        {
            await clusters.DeleteAsync(taken.Cluster, taken.Kubeconfig, cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (nodes.Any(node => node.State != "running"))
            await clusters.StartAsync(taken.Cluster, wanted.Wait, cancellationToken).ConfigureAwait(false);
        // The engine may have given the API server another port since.
        await clusters.ExportKubeconfigAsync(taken.Cluster, taken.Kubeconfig, within: false, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task CreateAsync(Lease taken, CancellationToken cancellationToken)
    {
        CreateOptions how = new()
        {
            Kubeconfig = taken.Kubeconfig,
            Wait = wanted.Wait,
            SkipChecks = wanted.SkipsChecks,
        };
        ClusterParts parts = await ClusterParts.OfAsync(wanted, taken.Cluster, cancellationToken).ConfigureAwait(false);
        await clusters.CreateAsync(parts.Config, parts.Image, how, cancellationToken).ConfigureAwait(false);
        if (parts.Images.Count > 0)
            await clusters.LoadAsync(taken.Cluster, [], parts.Images, cancellationToken).ConfigureAwait(false);
        taken.MarkWhole();
    }

    // Why the start failed counts, not what the engine says to the removal afterwards: the next start sweeps.
    private async Task GiveUpAsync(Lease taken)
    {
        if (wanted.IsReused)
            taken.Dispose();
        else
            await ((Task)leases.EndAsync(taken, clusters, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static InvalidOperationException NotStarted() => new("the cluster is not started: await StartAsync() first");

    private static string Text(MemoryStream bytes) => Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
}

/// <summary>How a program in a node ended.</summary>
/// <param name="ExitCode">0 where all went well.</param>
/// <param name="Output">Its standard output, as UTF-8.</param>
/// <param name="Errors">Its standard error, as UTF-8.</param>
public sealed record ExecResult(int ExitCode, string Output, string Errors);
