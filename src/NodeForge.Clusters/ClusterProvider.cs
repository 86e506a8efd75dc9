using NodeForge.Clusters.Attempts;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Images;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Preflight;
using NodeForge.Clusters.Trials;
using NodeForge.Clusters.Upgrading;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Booted;
using NodeForge.Kubernetes.Kubeconfigs;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Clusters;

/// <summary>Clusters of one engine: made from node images, listed, stopped, started, changed and removed. The door to the room; what is
/// behind it does one thing each.</summary>
/// <param name="host">Says how the engine is found, where relative paths begin and where the kubeconfig lies, and the time.</param>
/// <param name="reporter">Hears of steps and warnings.</param>
/// <param name="folders">Where things are kept.</param>
/// <exception cref="NodeForgeException">Every method: the NF55 range where no engine answers or it refuses, and the NF80 range.</exception>
public sealed class ClusterProvider(HostEnvironment host, IForgeReporter reporter, ClusterFolders folders)
{
    private readonly EngineDiscovery discovery = new(host);
    private readonly TimeProvider clock = host.Clock;

    /// <summary>Makes a cluster; returns when its nodes are Ready and the kubeconfig has it.</summary>
    /// <param name="config">What to make.</param>
    /// <param name="image">The image of nodes that name none; null where each names one.</param>
    /// <param name="how">How to make it.</param>
    public Task<CreatedCluster> CreateAsync(ClusterConfig config, string? image, CreateOptions how, CancellationToken cancellationToken)
    {
        string nodeImage = image ?? config.Nodes.FirstOrDefault(node => node.Image is not null)?.Image ?? throw NoImage();
        CheckNames([image, .. config.Nodes.Select(node => node.Image)]);
        CreateOptions complete = how with
        {
            DiagnosticsFolder = how.DiagnosticsFolder ?? folders.Diagnostics,
            Kubeconfig = Resolve(how.Kubeconfig),
        };
        return WithEngineAsync(
            async engine =>
            {
                await Leases(engine).SweepAsync(cancellationToken).ConfigureAwait(false);
                return await Provisioner(engine).CreateAsync(config, nodeImage, complete, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    /// <summary>Boots a node image in a cluster of its own without a way out, and tells what came of it; the cluster is gone
    /// afterwards.</summary>
    /// <param name="image">That the engine has.</param>
    /// <exception cref="NodeForgeException">What is wrong with the machine; <see cref="ErrorCodes.TrialEngineElsewhere"/>.</exception>
    public Task<BootedNode> TryAsync(string image, CancellationToken cancellationToken) =>
        WithEngineAsync(
            engine =>
                new NodeTrial(engine, Provisioner(engine), Leases(engine)).RunAsync(
                    image,
                    new() { DiagnosticsFolder = folders.Diagnostics },
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>Looks at the machine that a cluster would run on; an engine that does not answer is a finding among the others.</summary>
    /// <param name="config">The cluster that is wanted.</param>
    /// <param name="image">The image of nodes that name none; null looks at no image.</param>
    public Task<CheckedMachine> CheckAsync(ClusterConfig config, string? image, CancellationToken cancellationToken)
    {
        CheckNames([image, .. config.Nodes.Select(node => node.Image)]);
        return new MachineDoctor(discovery, host).ExamineAsync(config, image, cancellationToken);
    }

    /// <summary>Removes a cluster; false when there was none.</summary>
    public Task<bool> DeleteAsync(string cluster, string? kubeconfig, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => Provisioner(engine).DeleteAsync(cluster, Resolve(kubeconfig), cancellationToken), cancellationToken);

    /// <summary>Stops a cluster's nodes; their state stays.</summary>
    public Task StopAsync(string cluster, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => Life(engine).StopAsync(cluster, [], cancellationToken), cancellationToken);

    /// <summary>Starts a stopped cluster and waits until its nodes are Ready; a wait of zero does not.</summary>
    public Task StartAsync(string cluster, TimeSpan wait, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => Life(engine).StartAsync(cluster, [], wait, cancellationToken), cancellationToken);

    /// <summary>Stops single nodes.</summary>
    public Task StopNodesAsync(string cluster, IReadOnlyList<string> nodes, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => Life(engine).StopAsync(cluster, nodes, cancellationToken), cancellationToken);

    /// <summary>Starts single nodes and waits until they are Ready; a wait of zero does not.</summary>
    public Task StartNodesAsync(string cluster, IReadOnlyList<string> nodes, TimeSpan wait, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => Life(engine).StartAsync(cluster, nodes, wait, cancellationToken), cancellationToken);

    /// <summary>Adds a node to a cluster that runs.</summary>
    public Task<AddedNode> AddNodeAsync(string cluster, AddNodeOptions how, CancellationToken cancellationToken)
    {
        CheckNames([how.Image]);
        AddNodeOptions complete = how with { DiagnosticsFolder = how.DiagnosticsFolder ?? folders.Diagnostics };
        return WithEngineAsync(engine => Life(engine).AddAsync(cluster, complete, cancellationToken), cancellationToken);
    }

    /// <summary>Removes a node from a cluster; its pods move first.</summary>
    public Task DeleteNodeAsync(string cluster, string node, DeleteNodeOptions how, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => Life(engine).DeleteAsync(cluster, node, how, cancellationToken), cancellationToken);

    /// <summary>Puts a cluster's nodes, or one of them, on another image by kubeadm's rules; data, addresses, names and ports
    /// stay.</summary>
    /// <param name="node">Null for all.</param>
    public Task<UpgradedCluster> UpgradeAsync(string cluster, string? node, UpgradeOptions how, CancellationToken cancellationToken)
    {
        CheckNames([how.Image]);
        UpgradeOptions complete = how with { DiagnosticsFolder = how.DiagnosticsFolder ?? folders.Diagnostics };
        return WithEngineAsync(
            engine => new ClusterUpgrade(engine, reporter, clock).RunAsync(cluster, node, complete, cancellationToken),
            cancellationToken
        );
    }

    /// <summary>Loads images of the engine into nodes; no names stand for all nodes.</summary>
    public Task<IReadOnlyList<LoadedImage>> LoadAsync(
        string cluster,
        IReadOnlyList<string> nodes,
        IReadOnlyList<string> images,
        CancellationToken cancellationToken
    ) => WithEngineAsync(engine => Loader(engine).LoadAsync(cluster, nodes, images, cancellationToken), cancellationToken);

    /// <summary>Loads the images of archives and layouts into nodes.</summary>
    public Task<IReadOnlyList<LoadedImage>> LoadArchivesAsync(
        string cluster,
        IReadOnlyList<string> nodes,
        IReadOnlyList<string> files,
        CancellationToken cancellationToken
    )
    {
        foreach (string file in files)
            OpenedArchive.Check(file, host);
        return WithEngineAsync(engine => Loader(engine).LoadArchivesAsync(cluster, nodes, files, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        WithEngineAsync(engine => new ClusterCatalog(engine).ClustersAsync(cancellationToken), cancellationToken);

    /// <param name="cluster">Null for all clusters.</param>
    public Task<IReadOnlyList<CatalogNode>> NodesAsync(string? cluster, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => new ClusterCatalog(engine).NodesAsync(cluster, cancellationToken), cancellationToken);

    /// <summary>The same nodes with their addresses, images and versions.</summary>
    public Task<IReadOnlyList<ListedNode>> DescribeNodesAsync(string? cluster, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => new ClusterCatalog(engine).DescribeAsync(cluster, cancellationToken), cancellationToken);

    /// <summary>What the nodes and pods of an air-gapped cluster wanted from outside.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotAirGapped"/>.</exception>
    public Task<ClusterAttempts> AttemptsAsync(string cluster, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => new AttemptReading(engine, reporter).OfClusterAsync(cluster, cancellationToken), cancellationToken);

    /// <summary>Runs a program in a node, joined to the streams given; without a command a shell.</summary>
    /// <param name="cluster">The node's cluster; null for whichever has a node of that name.</param>
    /// <returns>The program's exit code.</returns>
    public Task<int> ExecAsync(
        string? cluster,
        string node,
        IReadOnlyList<string> command,
        ExecStreams streams,
        CancellationToken cancellationToken
    ) => WithEngineAsync(engine => new NodeExec(engine).RunAsync(cluster, node, command, streams, cancellationToken), cancellationToken);

    /// <param name="within">For clients in containers on the cluster's own network.</param>
    public Task<Kubeconfig> KubeconfigAsync(string cluster, bool within, CancellationToken cancellationToken) =>
        WithEngineAsync(engine => new ClusterCatalog(engine).KubeconfigAsync(cluster, within, cancellationToken), cancellationToken);

    /// <summary>Adds a cluster's context to a kubeconfig; null for the one that kubectl would write.</summary>
    public Task<ExportedKubeconfig> ExportKubeconfigAsync(string cluster, string? file, bool within, CancellationToken cancellationToken) =>
        WithEngineAsync(
            engine =>
                new ClusterCatalog(engine).ExportAsync(
                    cluster,
                    Resolve(file) ?? KubeconfigFile.DefaultPathOf(host),
                    within,
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>Saves what a cluster's nodes can tell into a folder.</summary>
    public Task<ExportedLogs> ExportLogsAsync(string cluster, string folder, string version, CancellationToken cancellationToken) =>
        WithEngineAsync(
            engine => new LogExport(engine, reporter).RunAsync(cluster, host.Resolve(folder), version, cancellationToken),
            cancellationToken
        );

    private ClusterProvisioner Provisioner(EngineClient engine) => new(engine, reporter, host, folders.Journals);

    private TrialLeases Leases(EngineClient engine) =>
        new(engine, Provisioner(engine), reporter, host, TrialLeases.FolderOf(host), folders.Scratch);

    private ClusterLife Life(EngineClient engine) => new(engine, reporter, clock);

    private ImageLoader Loader(EngineClient engine) => new(engine, reporter, host, folders.Scratch) { Transports = folders.Transports };

    private string? Resolve(string? path) => path is null ? null : host.Resolve(path);

    private async Task<T> WithEngineAsync<T>(Func<EngineClient, Task<T>> work, CancellationToken cancellationToken)
    {
        using EngineClient engine = await EngineClient.ConnectAsync(discovery.Find(), cancellationToken).ConfigureAwait(false);
        return await work(engine).ConfigureAwait(false);
    }

    private Task WithEngineAsync(Func<EngineClient, Task> work, CancellationToken cancellationToken) =>
        WithEngineAsync(
            async engine =>
            {
                await work(engine).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    // An engine would say of a name that is none that it refuses the call.
    private static void CheckNames(IEnumerable<string?> images)
    {
        foreach (string image in images.OfType<string>())
            _ = ImageReference.Parse(image);
    }

    private static NodeForgeException NoImage() =>
        new(
            new Diagnostic(ErrorCodes.InvalidCommandLine, "no node image is named")
            {
                Want = "--image REF, or an image for the nodes in the cluster file",
                Hint =
                    "build one: nodeforge build node-image RECIPE --output docker-daemon:nodeforge/node:latest, then --image nodeforge/node:latest",
            }
        );
}

/// <summary>Where a <see cref="ClusterProvider"/> keeps things.</summary>
/// <param name="Diagnostics">Of failures, a folder each.</param>
/// <param name="Scratch">What images are unpacked in on their way into nodes.</param>
public sealed record ClusterFolders(string Diagnostics, string Scratch)
{
    /// <summary>What is known of unfinished creations; null for this user's place for such.</summary>
    public string? Journals { get; init; }

    /// <summary>Opens images for nodes by transport: files, and what a host knows besides.</summary>
    public TransportHost Transports { get; init; } = TransportHost.Files;
}
