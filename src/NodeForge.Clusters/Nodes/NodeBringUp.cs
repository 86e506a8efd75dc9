using System.Collections.Concurrent;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Nodes;

/// <summary>The one way to bring up a node, of a new cluster or of one that runs: only what it is given differs.</summary>
internal sealed class NodeBringUp(EngineClient engine, TimeProvider clock)
{
    // Read once for all nodes of an image: an engine starts a program of its own each time it is asked for a container's files.
    private readonly ConcurrentDictionary<string, Task<NodeImageFacts>> facts = new(StringComparer.Ordinal);

    /// <summary>Makes the node's container with everything in it that can be known before it runs, and starts it.</summary>
    /// <param name="node">Of a plan.</param>
    /// <param name="spec">Its container.</param>
    /// <param name="contents">Says what it is given, once its image has said which Kubernetes it has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeImageInvalid"/> and the NF55 range.</exception>
    public async Task<PreparedNode> CreateAsync(
        NodePlan node,
        ContainerSpec spec,
        Func<NodeImageFacts, Task<NodeContents>> contents,
        CancellationToken cancellationToken
    )
    {
        string id = await engine.Containers.CreateAsync(spec, cancellationToken).ConfigureAwait(false);
        ClusterNode container = new(engine, id, node.Name);
        NodeImageFacts told = await facts
            .GetOrAdd(spec.Image, image => NodeImageFacts.ReadAsync(container, image, cancellationToken))
            .ConfigureAwait(false);
        NodeContents given = await contents(told).ConfigureAwait(false);
        await container.PutAsync(given.Files, clock, cancellationToken).ConfigureAwait(false);
        await container.StartAsync(cancellationToken).ConfigureAwait(false);
        return new(container, node, told) { SkippedPhases = given.SkippedPhases, Containerd = given.Containerd };
    }

    /// <summary>Changes its containerd as the cluster file says.</summary>
    public Task PatchAsync(PreparedNode node, CancellationToken cancellationToken) =>
        PatchContainerd.RunAsync(node, clock, cancellationToken);

    /// <summary>Makes a started node one of a cluster that runs.</summary>
    public async Task JoinAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        if (node.Containerd.Any)
            await PatchAsync(node, cancellationToken).ConfigureAwait(false);
        if (node.Plan.Role == NodeRole.Worker)
        {
            await NodeKubeadm.ConfigureWorkerAsync(node, cancellationToken).ConfigureAwait(false);
            await NodeKubeadm.StartKubeletAsync(node, cancellationToken).ConfigureAwait(false);
            return;
        }

        // What kubeadm starts there needs a runtime.
        await node.Container.StartUnitAsync("containerd.service", cancellationToken).ConfigureAwait(false);
        await NodeKubeadm.PrepareJoinAsync(node, cancellationToken).ConfigureAwait(false);
        await NodeKubeadm.JoinAsync(node, cancellationToken).ConfigureAwait(false);
        await NodeKubeadm.AwaitOwnApiServerAsync(node, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A started node and what its image said of itself.</summary>
internal sealed record PreparedNode(ClusterNode Container, NodePlan Plan, NodeImageFacts Facts)
{
    /// <summary>Phases of kubeadm that the cluster file leaves out. kubeadm looks at its document's list only where it is given
    /// none.</summary>
    public IReadOnlyList<string> SkippedPhases { get; init; } = [];

    /// <summary>How its containerd is to be changed.</summary>
    public ContainerdPatches Containerd { get; init; } = new();

    /// <summary>How long a part of its join may take: without a leader in etcd kubeadm would ask again for ever.</summary>
    public TimeSpan JoinAtMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What kubeadm is told to skip so that it runs some phases alone, and of those what the cluster file does not leave
    /// out.</summary>
    public string SkippedWhenRunning(KubeadmPhases phases, params IReadOnlyCollection<string> run) =>
        string.Join(',', phases.SkippedWhenRunning(Facts.Version, run).Union(SkippedPhases));
}
