using NodeForge.Clusters.Configuration;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Upgrading;

/// <summary>Whether a cluster may be on the way that an upgrade takes: kubeadm's rules for itself, and Kubernetes' version skew policy for
/// every moment in between.</summary>
/// <remarks>Sources: kubernetes.io, "Version Skew Policy" and "Upgrading kubeadm clusters";
/// <c>cmd/kubeadm/app/phases/upgrade/policy.go</c>.</remarks>
internal static class UpgradeSkew
{
    /// <param name="image">The new image, for messages.</param>
    /// <param name="version">What it has.</param>
    /// <param name="cluster">What the control plane was made or last upgraded to.</param>
    /// <param name="nodes">All nodes of the cluster.</param>
    /// <param name="upgraded">Names of those that are to have the new image.</param>
    public static IEnumerable<Diagnostic> Problems(
        string image,
        KubernetesVersion version,
        KubernetesVersion cluster,
        IReadOnlyList<VersionedNode> nodes,
        IReadOnlyCollection<string> upgraded
    )
    {
        VersionedNode[] targets = [.. nodes.Where(node => upgraded.Contains(node.Name))];
        // The one cause: what else would not fit follows from it.
        if (WouldGoBack(version, cluster, targets) is { } back)
        {
            yield return Refused(
                image,
                back.What,
                $"{version} after {back.Newest}",
                $"{Minor(back.Newest)} or newer",
                "take an image of a newer release"
            );
            yield break;
        }

        if (targets.Any(target => target.Role == NodeRole.ControlPlane))
        {
            foreach (Diagnostic problem in OfControlPlane(image, version, cluster, nodes, upgraded))
                yield return problem;
        }
        else
        {
            // A kubelet is never newer than any API server, and those are as old as the oldest control plane.
            foreach (
                VersionedNode plane in nodes.Where(node => node.Role == NodeRole.ControlPlane && !version.MayServe(node.Version)).Take(1)
            )
            {
                yield return Refused(
                    image,
                    "the new image's kubelet does not fit the control plane's API server",
                    $"{version} for {plane.Version} of {plane.Name}",
                    $"not newer, and at most {KubernetesVersion.KubeletsBehind(plane.Version)} minor versions older",
                    "upgrade the control planes first: nodeforge upgrade cluster does all in order"
                );
            }
        }
    }

    private static (string What, KubernetesVersion Newest)? WouldGoBack(
        KubernetesVersion version,
        KubernetesVersion cluster,
        VersionedNode[] targets
    )
    {
        VersionedNode[] back = [.. targets.Where(target => version.MinorsAheadOf(target.Version) is null or < 0)];
        if (back.Length > 0)
            return (
                back.Length == 1
                    ? $"{back[0].Name} would go back to an older Kubernetes"
                    : $"{back.Length} nodes would go back to an older Kubernetes",
                back.Max(target => target.Version)
            );
        return targets.Any(target => target.Role == NodeRole.ControlPlane) && version.MinorsAheadOf(cluster) < 0
            ? ("the cluster's Kubernetes is newer than the new image's", cluster)
            : null;
    }

    private static IEnumerable<Diagnostic> OfControlPlane(
        string image,
        KubernetesVersion version,
        KubernetesVersion cluster,
        IReadOnlyList<VersionedNode> nodes,
        IReadOnlyCollection<string> upgraded
    )
    {
        int? minors = version.MinorsAheadOf(cluster);
        if (minors is null or > 1)
            yield return Refused(
                image,
                "a control plane is upgraded by one minor version at a time",
                $"{version} after {cluster}",
                $"{Minor(cluster)} or the next minor version",
                "upgrade to an image of the next minor version first"
            );
        VersionedNode[] staying = [.. nodes.Where(node => !upgraded.Contains(node.Name))];
        foreach (
            VersionedNode plane in staying.Where(node =>
                node.Role == NodeRole.ControlPlane && version.MinorsAheadOf(node.Version) is null or > 1
            )
        )
            yield return Refused(
                image,
                $"the control plane {plane.Name} would be more than one minor version behind",
                $"{plane.Version} beside {version}",
                "within one minor version",
                $"upgrade {plane.Name} too"
            );
        // The control planes go first: until a worker's turn comes, and where it stays, its kubelet serves the new API servers.
        foreach (VersionedNode worker in nodes.Where(node => node.Role == NodeRole.Worker && !node.Version.MayServe(version)))
        {
            yield return Refused(
                image,
                $"the kubelet of {worker.Name} does not fit the new control plane",
                $"{worker.Version} for {version}",
                $"not newer, and at most {KubernetesVersion.KubeletsBehind(version)} minor versions older",
                $"upgrade {worker.Name} to {Minor(cluster)} first: nodeforge upgrade node {worker.Name} --image IMAGE"
            );
        }
    }

    private static string Minor(KubernetesVersion version) => $"v{version.Major}.{version.Minor}";

    private static Diagnostic Refused(string image, string what, string got, string want, string hint) =>
        new(ErrorCodes.UpgradeSkew, what)
        {
            Where = new(image),
            Got = got,
            Want = want,
            Hint = hint,
        };
}

/// <summary>A node and the version of the Kubernetes that its image brought.</summary>
internal sealed record VersionedNode(string Name, NodeRole Role, KubernetesVersion Version);
