using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Makes a node for a cluster that runs: the container and its certificates as at the creation, kubeadm's documents from a node that is there.</summary>
internal sealed class NodeAddition(EngineClient engine, TimeProvider clock, ExistingCluster existing, NodePlan like)
{
    private readonly ContainerSummary example = existing.ContainerOf(like);

    private ClusterNode Example => new(engine, example.Id, example.Name);

    /// <summary>What the new node is to be: its labels and mounts are of the node that it is made like, where that has its role. Ports of the host cannot be had twice.</summary>
    public async Task<NodeConfig> ConfigAsync(NodeRole role, CancellationToken cancellationToken) => role != like.Role
        ? new() { Role = role }
        : new() { Role = role, Mounts = like.Config.Mounts, Labels = await KubeadmRewriting.LabelsAsync(Example, cancellationToken).ConfigureAwait(false) };

    public async Task RunAsync(ClusterPlan plan, NodePlan node, string? image, CancellationToken cancellationToken)
    {
        string chosen = image ?? example.Labels.GetValueOrDefault(ClusterLabels.Image) ?? example.Image;
        using ClusterAuthorities authorities = await existing.AuthoritiesAsync(clock, cancellationToken).ConfigureAwait(false);
        ContainerdPatches patches = await KeptPatches.ReadAsync(Example, cancellationToken).ConfigureAwait(false);
        string documents = await KubeadmRewriting.ForAsync(plan, node, Example, cancellationToken).ConfigureAwait(false);
        string id = await engine.Containers.CreateAsync(CreateNode.Container(plan, node, chosen), cancellationToken).ConfigureAwait(false);
        ClusterNode container = new(engine, id, node.Name);
        NodeImageFacts facts = await NodeImageFacts.ReadAsync(container, chosen, cancellationToken).ConfigureAwait(false);
        NodeFile[] files =
        [
            .. NodeCertificates.Of(plan, node, KubeadmRewriting.SettingsIn(documents, node.Name), authorities),
            NodeFile.Secret(KubeadmFiles.Configuration, documents),
            .. EtcdPatch.FilesFor(facts.Version),
            .. KeptPatches.Of(patches),
        ];
        await container.PutAsync(files, clock, cancellationToken).ConfigureAwait(false);
        await container.StartAsync(cancellationToken).ConfigureAwait(false);
        PreparedNode prepared = new(container, node, facts);
        if (patches.Any)
            await PatchContainerd.RunAsync(prepared, patches, clock, cancellationToken).ConfigureAwait(false);
        if (node.Role == NodeRole.Worker)
        {
            await StartWorker.RunAsync(prepared, cancellationToken).ConfigureAwait(false);
            return;
        }

        await NodeBoot.AwaitAsync(container, cancellationToken).ConfigureAwait(false);
        await JoinControlPlane.PrepareAsync(prepared, cancellationToken).ConfigureAwait(false);
        await JoinControlPlane.RunAsync(prepared, cancellationToken).ConfigureAwait(false);
        await JoinControlPlane.AwaitAsync(prepared, cancellationToken).ConfigureAwait(false);
        await BalancerMembers.SetAsync(engine, plan, clock, cancellationToken).ConfigureAwait(false);
    }
}
