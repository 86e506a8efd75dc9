using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Engines.Networks;

namespace NodeForge.Clusters.Planning;

/// <summary>The ranges that a cluster's own network may have: of those that neither the engine nor this machine uses.</summary>
internal static class ClusterSubnets
{
    // RFC 1918 space that engines' own pools (172.17 to 172.31, 192.168, Podman's 10.88 and 10.89) and kubeadm's defaults leave alone.
    private const int FirstBlock = 201;
    private const int Blocks = 20;

    public static string NetworkName(string cluster) => "nodeforge-" + cluster;

    /// <summary>Of an air-gapped cluster's entrance. No cluster's name has the line in it.</summary>
    public static string EntranceName(string cluster) => NetworkName(cluster) + "_entrance";

    /// <summary>The ranges, one of each family, that a cluster would have if it were made now; null when none is free.</summary>
    /// <param name="config">The cluster that is wanted.</param>
    /// <param name="own">What its pods and services have.</param>
    /// <param name="networks">The engine's.</param>
    public static IReadOnlyList<AddressRange>? FirstFree(
        ClusterConfig config,
        IReadOnlyList<AddressRange> own,
        IReadOnlyList<NetworkDetails> networks
    ) =>
        Free(config, own, networks)
            .Select(free => (AddressRange[])(free.IPv6 is null ? [free.IPv4] : [free.IPv4, free.IPv6]))
            .FirstOrDefault();

    public static Diagnostic NoneFree(string endpoint) =>
        new(ErrorCodes.ClusterSubnetMissing, "no address range is free for the cluster's network")
        {
            Where = new(endpoint),
            Want = $"a /24 within 10.{FirstBlock}.0.0 to 10.{FirstBlock + Blocks - 1}.255.255",
            Hint = "remove networks that nobody needs: docker network prune",
        };

    public static IEnumerable<AddressRange> RangesOf(NetworkDetails network) =>
        (network.IPAM?.Config ?? [])
            .Where(range => range.Subnet is not null)
            .Select(range => IPNetwork.TryParse(range.Subnet, out IPNetwork parsed) ? new AddressRange(parsed) : null)
            .OfType<AddressRange>();

    public static IEnumerable<(AddressRange IPv4, AddressRange? IPv6)> Free(
        ClusterConfig config,
        IReadOnlyList<AddressRange> own,
        IReadOnlyList<NetworkDetails> networks
    )
    {
        AddressRange[] taken = [.. OfThisMachine(), .. own, .. networks.SelectMany(RangesOf)];
        IEnumerable<AddressRange> free = Candidates().Where(candidate => !taken.Any(candidate.Overlaps));
        return config.Networking.Family == IPFamily.IPv4
            ? free.Select(range => (range, (AddressRange?)null))
            : free.Zip(
                LocalIPv6(config.Name).Where(candidate => !taken.Any(candidate.Overlaps)),
                (ipv4, ipv6) => (ipv4, (AddressRange?)ipv6)
            );
    }

    // Unique local addresses (RFC 4193). Out of the name, as kind's are: a cluster that is made again has its addresses again.
    private static IEnumerable<AddressRange> LocalIPv6(string cluster) =>
        from attempt in Enumerable.Range(0, int.MaxValue)
        let hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{NetworkName(cluster)} {attempt}")))
        select new AddressRange(new(new IPAddress([0xfd, .. hash[..7], 0, 0, 0, 0, 0, 0, 0, 0]), 64));

    private static IEnumerable<AddressRange> Candidates() =>
        from block in Enumerable.Range(FirstBlock, Blocks)
        from part in Enumerable.Range(0, 256)
        select AddressRange.Parse($"10.{block}.{part}.0/24");

    private static IEnumerable<AddressRange> OfThisMachine() =>
        NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(device => device.GetIPProperties().UnicastAddresses)
            .Where(address => address.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Select(address => AddressRange.Around(address.Address, address.PrefixLength));
}
