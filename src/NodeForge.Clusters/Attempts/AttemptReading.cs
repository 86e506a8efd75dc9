using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Booted;

namespace NodeForge.Clusters.Attempts;

/// <summary>Asks the nodes of an air-gapped cluster, whether they run or not, what was tried in them.</summary>
/// <param name="engine">Has the cluster.</param>
/// <param name="reporter">Hears of nodes to which nobody listens.</param>
internal sealed class AttemptReading(EngineClient engine, IForgeReporter reporter)
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterMissing"/>;
    /// <see cref="ErrorCodes.ClusterNotAirGapped"/>.</exception>
    public async Task<ClusterAttempts> OfClusterAsync(string cluster, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> all = await NodeSelection.AllAsync(engine, cluster, cancellationToken).ConfigureAwait(false);
        ContainerSummary[] nodes = [.. all.Where(NodeSelection.IsNode)];
        if (!nodes.All(node => node.Labels.GetValueOrDefault(ClusterLabels.AirGapped) == ClusterLabels.Yes))
            throw NotAirGapped(cluster);
        IReadOnlyList<PodAtAddress> pods = nodes.Any(BareNode.IsOne)
            ? []
            : await PodsAsync(cluster, cancellationToken).ConfigureAwait(false);
        List<(HeardNode Node, IReadOnlyList<SentPackets> Sent)> heard = [];
        foreach (ContainerSummary node in nodes)
        {
            (bool isHeard, IReadOnlyList<SentPackets> sent) = await OfNodeAsync(new(engine, node.Id, node.Name), cancellationToken)
                .ConfigureAwait(false);
            bool runs = node.State == "running";
            heard.Add((new(node.Name, isHeard && runs), sent));
            if (runs && !isHeard)
                reporter.Warn(Unheard(node.Name));
        }

        return Judge(cluster, heard, pods, [.. all.Select(container => container.Name)]);
    }

    /// <summary>Names who sent what, and leaves out what is the cluster's own.</summary>
    /// <param name="cluster">Its name.</param>
    /// <param name="heard">By node.</param>
    /// <param name="pods">That are there now.</param>
    /// <param name="names">Of the cluster's containers.</param>
    internal static ClusterAttempts Judge(
        string cluster,
        IReadOnlyList<(HeardNode Node, IReadOnlyList<SentPackets> Sent)> heard,
        IReadOnlyList<PodAtAddress> pods,
        IReadOnlyCollection<string> names
    )
    {
        (Attempt Attempt, bool ByDns)[] all =
        [
            .. heard.SelectMany(one =>
                one.Sent.Where(packet => !packet.IsName || !HeardPackets.IsOfTheCluster(packet.What, names))
                    .Select(packet => (packet, Pod: PodAtAddress.Of(pods, packet)))
                    .Select(sent =>
                        (
                            new Attempt(one.Node.Name, sent.packet.What, sent.packet.IsName, sent.packet.Count, sent.packet.Last)
                            {
                                Address = sent.packet.Pod,
                                Pod = sent.Pod?.Name,
                            },
                            sent.Pod?.IsDns ?? false
                        )
                    )
            ),
        ];
        // The cluster's DNS server passes on what others ask it for.
        HashSet<string> asked = [.. all.Where(one => one.Attempt.IsName && !one.ByDns).Select(one => one.Attempt.Destination)];
        return new(
            cluster,
            [.. heard.Select(one => one.Node)],
            [.. all.Where(one => !(one.ByDns && one.Attempt.IsName && asked.Contains(one.Attempt.Destination))).Select(one => one.Attempt)]
        );
    }

    /// <summary>What one node has heard.</summary>
    /// <returns>Nothing of a node whose service never came up.</returns>
    public static async Task<(bool Heard, IReadOnlyList<SentPackets> Sent)> OfNodeAsync(
        ClusterNode node,
        CancellationToken cancellationToken
    )
    {
        try
        {
            IReadOnlyDictionary<string, string> files = await node.ReadFolderAsync(AirGapFiles.Folder, cancellationToken)
                .ConfigureAwait(false);
            string file = files.FirstOrDefault(file => Path.GetFileName(file.Key) == AirGapFiles.Heard).Value ?? "";
            return HeardPackets.Read(file);
        }
        catch (NodeForgeException missing) when (missing.Is(ErrorCodes.EngineObjectMissing))
        {
            return (false, []);
        }
    }

    // Without an API server the attempts are known all the same, by addresses.
    private async Task<IReadOnlyList<PodAtAddress>> PodsAsync(string cluster, CancellationToken cancellationToken)
    {
        try
        {
            using KubernetesApi api = new(
                await new ClusterCatalog(engine).KubeconfigAsync(cluster, cancellationToken).ConfigureAwait(false)
            );
            ApiAnswer answer = await api.CallAsync(HttpMethod.Get, PodAtAddress.List, null, cancellationToken).ConfigureAwait(false);
            return ApiAnswer.Take(PodAtAddress.List, () => PodAtAddress.OfList(answer.Accept(PodAtAddress.List).Json));
        }
        catch (NodeForgeException)
        {
            return [];
        }
    }

    private static Diagnostic Unheard(string node) =>
        new(ErrorCodes.AttemptsUnheard, "nobody listens to what the node sends")
        {
            Severity = Severity.Warning,
            Where = new(node),
            Hint = $"nodeforge exec {node} -- systemctl status nodeforge-air-gap",
        };

    private static NodeForgeException NotAirGapped(string cluster) =>
        new(
            new Diagnostic(ErrorCodes.ClusterNotAirGapped, "the cluster is not air-gapped: nobody listens to what its nodes send")
            {
                Where = new(cluster),
                Want = "a cluster that was made with --air-gapped",
                Hint = ErrorCodes.ClusterNotAirGapped.Remedy,
            }
        );
}
