using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Clusters.Nodes;

/// <summary>What clusters an engine has. kind's are among them.</summary>
public sealed class ClusterCatalog(EngineClient engine)
{
    /// <summary>Names of the clusters, sorted.</summary>
    public async Task<IReadOnlyList<string>> ClustersAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await engine
            .Containers.ListAsync([ClusterLabels.Cluster], cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. containers
                .Select(container => container.Labels.GetValueOrDefault(ClusterLabels.Cluster))
                .OfType<string>()
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The containers of a cluster, sorted by name; empty when there is no such cluster.</summary>
    /// <param name="cluster">Null for all clusters.</param>
    public async Task<IReadOnlyList<CatalogNode>> NodesAsync(string? cluster, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await engine
            .Containers.ListAsync([cluster is null ? ClusterLabels.Cluster : ClusterLabels.Of(cluster)], cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. containers
                .Select(container => new CatalogNode(
                    container.Name,
                    container.Labels.GetValueOrDefault(ClusterLabels.Role) ?? string.Empty,
                    container.State
                ))
                .OrderBy(node => node.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The containers of a cluster, or of all clusters, looked at closer; sorted by cluster and name.</summary>
    /// <param name="cluster">Null for all.</param>
    public async Task<IReadOnlyList<ListedNode>> DescribeAsync(string? cluster, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await engine
            .Containers.ListAsync([cluster is null ? ClusterLabels.Cluster : ClusterLabels.Of(cluster)], cancellationToken)
            .ConfigureAwait(false);
        IReadOnlyList<ListedNode> nodes = await new NodeListing(engine).OfAsync(containers, cancellationToken).ConfigureAwait(false);
        return [.. nodes.OrderBy(node => node.Cluster, StringComparer.Ordinal).ThenBy(node => node.Name, StringComparer.Ordinal)];
    }

    /// <summary>What a client on this machine needs to reach a cluster: the administrator of its first control plane, at the published
    /// port.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, or a stopped cluster, which publishes
    /// nothing.</exception>
    public Task<Kubeconfig> KubeconfigAsync(string cluster, CancellationToken cancellationToken) =>
        KubeconfigAsync(cluster, within: false, cancellationToken);

    /// <summary>What a client needs to reach a cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="within">For a client on the cluster's network, in a container beside the nodes: the server by name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>, or a stopped cluster, which publishes nothing;
    /// <see cref="ErrorCodes.AdministratorMissing"/>.</exception>
    public async Task<Kubeconfig> KubeconfigAsync(string cluster, bool within, CancellationToken cancellationToken)
    {
        IReadOnlyList<CatalogNode> nodes = await NodesAsync(cluster, cancellationToken).ConfigureAwait(false);
        CatalogNode plane = nodes.FirstOrDefault(node => node.Role == ClusterLabels.ControlPlane) ?? throw Missing(engine, cluster);
        CatalogNode entrance = nodes.FirstOrDefault(node => node.Role == ClusterLabels.LoadBalancer) ?? plane;
        ContainerDetails details =
            await engine.Containers.FindAsync(entrance.Name, cancellationToken).ConfigureAwait(false) ?? throw Missing(engine, cluster);
        if (details.NetworkSettings.Ports?.GetValueOrDefault($"{ClusterPlan.ApiServerPort}/tcp") is not [PortBinding published, ..])
            throw Missing(
                engine,
                cluster,
                $"{entrance.Name} is {details.State.Status} and publishes no port",
                $"nodeforge start cluster --name {cluster}"
            );
        ClusterNode node = new(engine, plane.Name, plane.Name);
        IReadOnlyDictionary<string, string> files = await AdministratorAsync(node, cancellationToken).ConfigureAwait(false);
        string host = within
            ? $"{entrance.Name}:{ClusterPlan.ApiServerPort}"
            : $"{ClusterPlan.Reachable(published.HostIp)}:{published.HostPort}";
        return Uri.TryCreate($"https://{host}", UriKind.Absolute, out Uri? server)
            ? AdministratorConf.Read(cluster, server, files.GetValueOrDefault("admin.conf") ?? string.Empty)
            : throw Missing(
                engine,
                cluster,
                $"{entrance.Name} is reached at '{host}', which is no address",
                "see what the engine publishes: docker ps"
            );
    }

    /// <summary>Adds a cluster's context to a kubeconfig and makes it the current one.</summary>
    /// <exception cref="NodeForgeException">As <see cref="KubeconfigAsync(string, bool, CancellationToken)"/>;
    /// <see cref="ErrorCodes.KubeconfigBusy"/>, <see cref="ErrorCodes.KubeconfigInvalid"/>.</exception>
    public async Task<ExportedKubeconfig> ExportAsync(string cluster, string file, bool within, CancellationToken cancellationToken)
    {
        Kubeconfig kubeconfig = await KubeconfigAsync(cluster, within, cancellationToken).ConfigureAwait(false);
        await Task.Run(() => KubeconfigFile.Add(file, kubeconfig), cancellationToken).ConfigureAwait(false);
        return new(file, kubeconfig.Context, kubeconfig.Server);
    }

    private static async Task<IReadOnlyDictionary<string, string>> AdministratorAsync(
        ClusterNode plane,
        CancellationToken cancellationToken
    )
    {
        const string File = "/etc/kubernetes/admin.conf";
        try
        {
            return await plane.ReadFolderAsync(File, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException missing) when (missing.Is(ErrorCodes.EngineObjectMissing))
        {
            throw new NodeForgeException(
                new Diagnostic(
                    ErrorCodes.AdministratorMissing,
                    "the control plane has no administrator's kubeconfig: there is no Kubernetes in it yet"
                )
                {
                    Where = new(plane.Name, Detail: File),
                    Hint = $"nodeforge exec {plane.Name} -- kubeadm init",
                },
                missing
            );
        }
    }

    internal static NodeForgeException Missing(EngineClient engine, string cluster, string? got = null, string? hint = null) =>
        new(
            new Diagnostic(
                ErrorCodes.ClusterMissing,
                got is null ? $"there is no cluster {cluster}" : $"the cluster {cluster} does not run"
            )
            {
                Where = new(engine.Endpoint.ToString()),
                Got = got,
                Hint = hint ?? "see nodeforge get clusters",
            }
        );
}

/// <summary>A container of a cluster.</summary>
/// <param name="Name">Of the container, and of the Kubernetes node.</param>
/// <param name="Role">control-plane, worker or external-load-balancer.</param>
/// <param name="State">running, exited and so on.</param>
public sealed record CatalogNode(string Name, string Role, string State);
