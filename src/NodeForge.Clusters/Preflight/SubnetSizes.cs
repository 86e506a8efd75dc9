using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;

namespace NodeForge.Clusters.Preflight;

/// <summary>How large kubeadm and the controllers take ranges of pods and services.</summary>
internal static class SubnetSizes
{
    // kubeadm's MinimumAddressesInServiceSubnet is ten, since the tenth address is DNS's: /28 and /124 are the next that have as many.
    private const int FewestServiceBits = 4;

    // kubeadm's PodSubnetNodeMaskMaxDiff; the controller keeps a bit for each part.
    private const int MostPartBits = 16;

    public static IEnumerable<Diagnostic> Problems(EffectiveSettings settings, int nodes)
    {
        foreach (AddressRange services in settings.ServiceRanges.Where(range => range.FreeBits < FewestServiceBits))
            yield return Refused(
                "serviceSubnet",
                services,
                "is smaller than Kubernetes takes it",
                $"/{services.Bits - FewestServiceBits} or larger"
            );
        foreach (AddressRange pods in settings.NodePodLengths is null ? [] : settings.PodRanges)
        {
            int part = pods.IsIPv6 ? settings.NodePodLengths!.Value.IPv6 : settings.NodePodLengths!.Value.IPv4;
            int bits = part - pods.Network.PrefixLength;
            if (bits > MostPartBits)
                yield return Refused("podSubnet", pods, "is larger than Kubernetes takes it", $"/{part - MostPartBits} or smaller");
            else if (bits < 0 || nodes > 1L << bits)
                yield return Refused(
                    "podSubnet",
                    pods,
                    nodes == 1 ? "has no part for a node" : $"has no part for each of {nodes} nodes",
                    $"/{part - LengthOf(nodes)} or larger: each node gets a /{part}"
                );
        }
    }

    private static int LengthOf(int nodes) => nodes <= 1 ? 0 : 32 - int.LeadingZeroCount(nodes - 1);

    private static Diagnostic Refused(string key, AddressRange range, string what, string want) =>
        new(ErrorCodes.ClusterFileValue, $"{key} {what}")
        {
            Where = new("networking." + key),
            Got = range.ToString(),
            Want = "a range of " + want,
            Hint = $"give networking.{key} another range",
        };
}
