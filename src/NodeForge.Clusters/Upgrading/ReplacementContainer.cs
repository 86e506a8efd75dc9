using System.Globalization;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Images;

namespace NodeForge.Clusters.Upgrading;

/// <summary>The container that takes a node's place: all of the old one but its image.</summary>
internal static class ReplacementContainer
{
    /// <param name="plan">The cluster's.</param>
    /// <param name="node">The node.</param>
    /// <param name="old">Its container.</param>
    /// <param name="oldImage">What that was made from; null where the engine has it no longer.</param>
    /// <param name="image">The new image's ID.</param>
    public static ContainerSpec Of(ClusterPlan plan, NodePlan node, ContainerDetails old, ImageDetails? oldImage, string image)
    {
        ContainerSpec fresh = NodeContainer.Of(plan, node, image);
        Dictionary<string, string> labels = (old.Config.Labels ?? [])
            .Where(label => oldImage?.Config?.Labels?.GetValueOrDefault(label.Key) != label.Value)
            .ToDictionary();
        labels[ClusterLabels.Image] = image;
        return fresh with
        {
            Image = image,
            Hostname = old.Config.Hostname,
            Labels = labels,
            Environment = [.. (old.Config.Env ?? []).Except(oldImage?.Config?.Env ?? [])],
            Mounts =
            [
                .. (old.Mounts ?? [])
                    .Where(mount => mount.Type is "volume" or "bind")
                    .OrderBy(mount => mount.Destination, StringComparer.Ordinal)
                    .Select(mount => Handed(mount, fresh)),
            ],
            Ports = [.. Published(old)],
            DnsSearch = old.HostConfig.DnsSearch ?? [],
            Sysctls = old.HostConfig.Sysctls ?? [],
        };
    }

    // The new image's own store says what is in the snapshots, so those begin empty; state of the kubelet's and etcd's goes on.
    private static MountSpec Handed(ContainerMount mount, ContainerSpec fresh)
    {
        if (mount.Type == "bind")
        {
            return new(MountKind.Bind, mount.Source, mount.Destination)
            {
                ReadOnly = !mount.RW,
                Relabel = mount.Mode?.Split(',').Contains("Z") ?? false,
                Propagation = mount.Propagation is "" or "rprivate" ? null : mount.Propagation,
            };
        }

        return
            NodeContainer.HoldsImages(mount.Destination)
            && fresh.Mounts.FirstOrDefault(other => other.Target == mount.Destination) is { } empty
            ? empty
            : new(MountKind.Volume, mount.Name, mount.Destination);
    }

    private static IEnumerable<PortSpec> Published(ContainerDetails old)
    {
        foreach ((string key, IReadOnlyList<PortBinding>? bindings) in old.NetworkSettings.Ports ?? [])
        {
            string[] parts = key.Split('/');
            foreach (PortBinding binding in bindings ?? [])
                yield return new(Number(parts[0]), Number(binding.HostPort), binding.HostIp, parts.Length > 1 ? parts[1] : "tcp");
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
