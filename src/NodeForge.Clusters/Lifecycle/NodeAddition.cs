using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Makes a node for a cluster that runs: the container and its certificates as at the creation, kubeadm's documents from a node
/// that is there.</summary>
internal sealed class NodeAddition(EngineClient engine, TimeProvider clock, ExistingCluster existing, NodePlan like)
{
    private readonly ContainerSummary example = existing.ContainerOf(like);

    private ClusterNode Example => new(engine, example.Id, example.Name);

    /// <summary>What the new node is to be: its labels and mounts are of the node that it is made like, where that has its role. Ports of
    /// the host cannot be had twice.</summary>
    public async Task<NodeConfig> ConfigAsync(NodeRole role, CancellationToken cancellationToken) =>
        role != like.Role
            ? new() { Role = role }
            : new()
            {
                Role = role,
                Mounts = like.Config.Mounts,
                Labels = await KubeadmRewriting.LabelsAsync(Example, cancellationToken).ConfigureAwait(false),
            };

    public async Task RunAsync(ClusterPlan plan, NodePlan node, AddNodeOptions options, CancellationToken cancellationToken)
    {
        string chosen = options.Image ?? example.Labels.GetValueOrDefault(ClusterLabels.Image) ?? example.Image;
        using ClusterAuthorities authorities = await existing.AuthoritiesAsync(clock, cancellationToken).ConfigureAwait(false);
        ContainerdPatches patches = await KeptPatches.ReadAsync(Example, cancellationToken).ConfigureAwait(false);
        KubeadmDocumentSet documents = await KubeadmRewriting.ForAsync(plan, node, Example, cancellationToken).ConfigureAwait(false);
        NodeBringUp bringUp = new(engine, clock);
        PreparedNode prepared = await bringUp
            .CreateAsync(
                node,
                NodeContainer.Of(plan, node, chosen),
                facts => Task.FromResult(NodeContents.Later(plan, node, facts, documents, patches, authorities)),
                cancellationToken
            )
            .ConfigureAwait(false);
        await bringUp.JoinAsync(prepared, cancellationToken).ConfigureAwait(false);
        if (RuntimeAnnotation.IsWanted(prepared))
            await AnnotateAsync(prepared, options.Wait, cancellationToken).ConfigureAwait(false);
        if (node.Role == NodeRole.ControlPlane)
            await BalancerMembers.SetAsync(engine, plan, clock, cancellationToken).ConfigureAwait(false);
    }

    private async Task AnnotateAsync(PreparedNode node, TimeSpan wait, CancellationToken cancellationToken)
    {
        using KubernetesApi api = await ApiAsync(cancellationToken).ConfigureAwait(false);
        TimeSpan atMost = wait > TimeSpan.Zero && wait < RuntimeAnnotation.AtMost ? wait : RuntimeAnnotation.AtMost;
        await RuntimeAnnotation.WriteAsync(api, node, atMost, cancellationToken).ConfigureAwait(false);
    }

    private async Task<KubernetesApi> ApiAsync(CancellationToken cancellationToken) =>
        new(await new ClusterCatalog(engine).KubeconfigAsync(existing.Plan.Name, cancellationToken).ConfigureAwait(false));

    /// <summary>What an addition that failed leaves, and how it is taken away again.</summary>
    public FailureScope Scope(NodePlan node, AddNodeOptions options) =>
        new(node.Name, $"nodeforge delete node {node.Name} --name {existing.Plan.Name} --force")
        {
            FindContainers = async token =>
                [
                    .. (await NodeSelection.AllAsync(engine, existing.Plan.Name, token).ConfigureAwait(false)).Where(container =>
                        container.Name == node.Name
                    ),
                ],
            CleanUp = token => RemoveAsync(node, token),
            CleanUpAtMost = TimeSpan.FromMinutes(1),
            DiagnosticsFolder = options.DiagnosticsFolder,
        };

    private async Task RemoveAsync(NodePlan node, CancellationToken cancellationToken)
    {
        if (await engine.Containers.FindAsync(node.Name, cancellationToken).ConfigureAwait(false) is null)
            return;
        using KubernetesApi api = await ApiAsync(cancellationToken).ConfigureAwait(false);
        if (node.Role == NodeRole.ControlPlane)
        {
            await new EtcdMembers(existing.Source).RemoveAsync(node.Name, cancellationToken).ConfigureAwait(false);
            await BalancerMembers.SetAsync(engine, existing.Plan, clock, cancellationToken).ConfigureAwait(false);
        }

        await NodeContainers.RemoveAsync(engine, node.Name, cancellationToken).ConfigureAwait(false);
        await new NodeDrain(api, node.Name).ForgetAsync(cancellationToken).ConfigureAwait(false);
    }
}
