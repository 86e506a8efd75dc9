using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Images;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Upgrading;

/// <summary>The new image, opened in a container of its own beside the cluster: what it says of itself, its kubeadm, and the images in its
/// containerd.</summary>
/// <remarks>A container that boots has them all in one way, however the image carries its images.</remarks>
internal sealed class NewNodeImage : IAsyncDisposable
{
    private static readonly TimeSpan RemoveAtMost = TimeSpan.FromMinutes(1);

    private readonly EngineClient engine;

    private NewNodeImage(EngineClient engine, ClusterNode node, string id, NodeImageFacts facts)
    {
        this.engine = engine;
        Node = node;
        Id = id;
        Facts = facts;
    }

    /// <summary>Its container, which is in no cluster.</summary>
    public ClusterNode Node { get; }

    /// <summary>The image's.</summary>
    public string Id { get; }

    public NodeImageFacts Facts { get; }

    public KubernetesVersion Version => Facts.Version;

    /// <param name="engine">Where the cluster is.</param>
    /// <param name="plan">The cluster's.</param>
    /// <param name="id">The image's.</param>
    /// <param name="asked">What its user calls it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeImageInvalid"/> and the NF55 range.</exception>
    public static async Task<NewNodeImage> OpenAsync(
        EngineClient engine,
        ClusterPlan plan,
        string id,
        string asked,
        CancellationToken cancellationToken
    )
    {
        ContainerSpec spec = Spec(plan, id);
        // What an upgrade left that was killed.
        await engine.Containers.RemoveAsync(spec.Name, cancellationToken).ConfigureAwait(false);
        ClusterNode node = new(engine, await engine.Containers.CreateAsync(spec, cancellationToken).ConfigureAwait(false), spec.Name);
        try
        {
            return new(engine, node, id, await NodeImageFacts.ReadAsync(node, asked, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await RemoveAsync(engine, node).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Boots it, and looks at its images.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeBootTimeout"/>; <see cref="ErrorCodes.UpgradeImagesMissing"/>: not
    /// all that its kubeadm asks for is there.</exception>
    public async Task<NodeStore> BootAsync(string? repository, CancellationToken cancellationToken)
    {
        await Node.StartAsync(cancellationToken).ConfigureAwait(false);
        await BareBoot.AwaitAsync(Node, BareBoot.AtMost, cancellationToken).ConfigureAwait(false);
        NodeStore store = await NodeStore.ReadAsync(Node, cancellationToken).ConfigureAwait(false);
        string[] ask =
        [
            "kubeadm",
            "config",
            "images",
            "list",
            "--kubernetes-version",
            Version.ToString(),
            .. repository is null ? Array.Empty<string>() : ["--image-repository", repository],
        ];
        string wanted = await Node.RunAsync(ask, cancellationToken).ConfigureAwait(false);
        NodeImages images = LookForImages.Compare(string.Join('\n', store.Images.Keys), wanted);
        return images.Missing.Count == 0
            ? store
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.UpgradeImagesMissing, "the new image lacks images that its kubeadm asks for")
                {
                    Where = new(Id),
                    Got = "without " + string.Join(", ", images.Missing.Select(image => Printable.Escape(image))),
                    Hint = "put them into the image's recipe: images: kubeadm does",
                }
            );
    }

    /// <summary>Brings its kubeadm into a node that runs.</summary>
    /// <returns>Where it lies there.</returns>
    public async Task<string> GiveKubeadmAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        string program = (
            await Node.RunAsync(["sh", "-c", "readlink -f \"$(command -v kubeadm)\""], cancellationToken).ConfigureAwait(false)
        ).Trim();
        await node.RunAsync(["mkdir", "-p", UpgradeFolder.Path], cancellationToken).ConfigureAwait(false);
        await engine.Containers.CopyAsync(Node.Id, program, node.Id, UpgradeFolder.Path, cancellationToken).ConfigureAwait(false);
        return $"{UpgradeFolder.Path}/{program[(program.LastIndexOf('/') + 1)..]}";
    }

    public async ValueTask DisposeAsync() => await RemoveAsync(engine, Node).ConfigureAwait(false);

    // Whatever ended the upgrade, a cancellation among it.
    private static async Task RemoveAsync(EngineClient engine, ClusterNode node)
    {
        using CancellationTokenSource limit = new(RemoveAtMost);
        await engine.Containers.RemoveAsync(node.Id, limit.Token).ConfigureAwait(false);
    }

    // With the cluster's label it would be a node of it for every other command, and its volumes go with it.
    private static ContainerSpec Spec(ClusterPlan plan, string id)
    {
        NodePlan worker = new($"{plan.Name}-new-image", new NodeConfig { Role = NodeRole.Worker }, plan.First.Place, string.Empty);
        ContainerSpec spec = NodeContainer.Of(plan, worker, id);
        return spec with
        {
            Labels = new Dictionary<string, string> { [ClusterLabels.Owner] = plan.Name },
            Mounts = [.. spec.Mounts.Select(mount => mount with { Labels = null })],
            Network = null,
            IPv4Address = null,
            IPv6Address = null,
            RestartPolicy = "no",
            RestartRetries = 0,
        };
    }
}

/// <summary>Where a node has what an upgrade brings along.</summary>
internal static class UpgradeFolder
{
    public const string Path = "/kind/upgrade";

    /// <summary>Images that the new container is to have besides its own.</summary>
    public const string Images = Path + "/images.tar";
}
