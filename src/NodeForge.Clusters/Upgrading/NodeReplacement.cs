using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Images;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Upgrading;

/// <summary>Puts a drained node on another image: a container of the same name, address, ports and volumes takes the place of its old one,
/// which is kept until the node is Ready.</summary>
internal sealed class NodeReplacement(
    EngineClient engine,
    TimeProvider clock,
    ClusterPlan plan,
    KubernetesApi api,
    NewNodeImage image,
    NodeStore imageStore,
    TimeSpan wait
)
{
    private const string Aside = "-before-upgrade";

    private const string ImagesBeside = "/kind/upgrade-images.tar";

    // systemd in a node stops its services first: pods get their own grace before that.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestBack = TimeSpan.FromMinutes(3);

    // A short patience with the new container says nothing of the old one's.
    private TimeSpan BackAtMost => wait > ShortestBack ? wait : ShortestBack;

    public static string AsideOf(string node) => node + Aside;

    /// <summary>Whether a container is what an upgrade put aside.</summary>
    public static bool IsAside(ContainerSummary container) => container.Name.EndsWith(Aside, StringComparison.Ordinal);

    public async Task RunAsync(NodePlan node, ClusterNode old, CancellationToken cancellationToken)
    {
        ContainerDetails details =
            await old.FindAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new NodeForgeException(NodeSelection.MissingOf(plan.Name, node.Name, []));
        ContainerSpec spec = ReplacementContainer.Of(
            plan,
            node,
            details,
            await engine.Images.FindAsync(details.Image, cancellationToken).ConfigureAwait(false),
            image.Id
        );
        IReadOnlyList<string> data = await KeptFiles.DataFoldersAsync(api, node.Name, details, cancellationToken).ConfigureAwait(false);
        KubeadmDocumentSet documents = KeptConfiguration.Upgraded(
            await KeptConfiguration.ReadAsync(old, cancellationToken).ConfigureAwait(false),
            image.Version
        );
        ContainerdPatches patches = await KeptPatches.ReadAsync(old, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> images = CarriedImages.Kept(
            await NodeStore.ReadAsync(old, cancellationToken).ConfigureAwait(false),
            imageStore
        );
        if (images.Count > 0)
            await old.RunAsync(CarriedImages.Export(ImagesBeside, images), cancellationToken).ConfigureAwait(false);

        await engine.Containers.RenameAsync(old.Id, AsideOf(node.Name), cancellationToken).ConfigureAwait(false);
        ClusterNode replacement = new(
            engine,
            await engine.Containers.CreateAsync(spec, cancellationToken).ConfigureAwait(false),
            node.Name
        );
        KeptFiles files = new(engine, old, replacement.Id);
        await files.CopyConfigurationAsync(cancellationToken).ConfigureAwait(false);
        await replacement
            .PutAsync(
                [
                    NodeFile.Secret(KubeadmFiles.Configuration, documents.Text),
                    .. EtcdPatch.FilesFor(image.Version),
                    .. AirGapFiles.Of(plan, node, EffectiveSettings.In(documents.OfKind("ClusterConfiguration") ?? [])),
                ],
                clock,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (images.Count > 0)
            await engine.Containers.CopyAsync(old.Id, ImagesBeside, replacement.Id, "/kind", cancellationToken).ConfigureAwait(false);

        await KeepOverRestarts.UnsetAsync(engine, old.Id, cancellationToken).ConfigureAwait(false);
        await engine.Containers.StopAsync(old.Id, StopPatience, cancellationToken).ConfigureAwait(false);
        await files.CopyDataAsync(data, cancellationToken).ConfigureAwait(false);
        await replacement.StartAsync(cancellationToken).ConfigureAwait(false);
        PreparedNode prepared = new(replacement, node, image.Facts) { Containerd = patches };
        if (patches.Any)
            await new NodeBringUp(engine, clock).PatchAsync(prepared, cancellationToken).ConfigureAwait(false);
        if (images.Count > 0)
            await ImportAsync(replacement, cancellationToken).ConfigureAwait(false);
        await AwaitAsync(prepared, cancellationToken).ConfigureAwait(false);
        await KeepOverRestarts.SetAsync(engine, replacement.Id, cancellationToken).ConfigureAwait(false);
        await engine.Containers.RemoveAsync(old.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts the old container back where it is not in its place, and waits until the node is Ready on it.</summary>
    public async Task PutBackAsync(NodePlan node, ClusterNode old, CancellationToken cancellationToken)
    {
        ContainerDetails details =
            await old.FindAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new NodeForgeException(NodeSelection.MissingOf(plan.Name, node.Name, []));
        if (details.Name.TrimStart('/') != node.Name)
        {
            await engine.Containers.RemoveAsync(node.Name, cancellationToken).ConfigureAwait(false);
            await engine.Containers.RenameAsync(old.Id, node.Name, cancellationToken).ConfigureAwait(false);
        }

        if (!details.State.Running)
            await old.StartAsync(cancellationToken).ConfigureAwait(false);
        await KeepOverRestarts.SetAsync(engine, old.Id, cancellationToken).ConfigureAwait(false);
        await AwaitReadyAsync(old, BackAtMost, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What puts a node back by hand.</summary>
    public static string ByHand(string node, string cluster) =>
        $"docker rm --force {node}; docker rename {AsideOf(node)} {node}; nodeforge start node {node} --name {cluster}; kubectl uncordon {node}";

    public FailureScope Scope(NodePlan node, UpgradeOptions options, Func<CancellationToken, Task> putBack) =>
        new(node.Name, ByHand(node.Name, plan.Name))
        {
            FindContainers = async token =>
                [
                    .. (await NodeSelection.AllAsync(engine, plan.Name, token).ConfigureAwait(false)).Where(container =>
                        container.Name == node.Name
                    ),
                ],
            CleanUp = putBack,
            CleanUpAtMost = BackAtMost + TimeSpan.FromMinutes(2),
            DiagnosticsFolder = options.DiagnosticsFolder,
        };

    // Before most pods come: those that the kubelet begins with meanwhile try again.
    private static async Task ImportAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        await node.StartUnitAsync("containerd.service", cancellationToken).ConfigureAwait(false);
        NodeStore store = await NodeStore.ReadAsync(node, cancellationToken).ConfigureAwait(false);
        await node.RunAsync(
                ["ctr", "--namespace", "k8s.io", "images", "import", "--snapshotter", store.Snapshotter, ImagesBeside],
                cancellationToken
            )
            .ConfigureAwait(false);
        await node.RunAsync(["rm", ImagesBeside], cancellationToken).ConfigureAwait(false);
    }

    private async Task AwaitAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        if (node.Plan.Role == NodeRole.ControlPlane)
            await NodeKubeadm.AwaitOwnApiServerAsync(node, cancellationToken).ConfigureAwait(false);
        DateTimeOffset started = await AwaitReadyAsync(node.Container, wait, cancellationToken).ConfigureAwait(false);
        // The next node's pods need a scheduler, and etcd this one's member.
        if (node.Plan.Role == NodeRole.ControlPlane)
            await new StaticPods(api, node.Plan.Name).AwaitAsync(started, wait, cancellationToken).ConfigureAwait(false);
        ClusterNode[] running =
        [
            .. (await NodeSelection.AllAsync(engine, plan.Name, cancellationToken).ConfigureAwait(false))
                .Where(container => NodeSelection.IsNode(container) && !IsAside(container) && container.State == "running")
                .Select(container => new ClusterNode(engine, container.Id, container.Name)),
        ];
        await AwaitPodNetwork.RunAsync(api, running, wait, cancellationToken).ConfigureAwait(false);
    }

    private async Task<DateTimeOffset> AwaitReadyAsync(ClusterNode node, TimeSpan patience, CancellationToken cancellationToken)
    {
        ContainerDetails? details = await node.FindAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, DateTimeOffset> since = new() { [node.Name] = NodeStarts.StartOf(details?.State.StartedAt) };
        await AwaitReady
            .RunAsync(api, since, patience, meanwhile: null, "look into the diagnostics folder", cancellationToken)
            .ConfigureAwait(false);
        return since[node.Name];
    }
}
