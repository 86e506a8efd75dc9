using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using AddressRange = NodeForge.Clusters.Configuration.AddressRange;
using NodeForge.Engines.Networks;

namespace NodeForge.Clusters.Creation;

/// <summary>Makes the cluster's network with a range that neither the engine nor this machine uses.</summary>
internal static class CreateNetwork
{
    // RFC 1918 space that engines' own pools (172.17 to 172.31, 192.168, Podman's 10.88 and 10.89) and kubeadm's defaults leave alone.
    private const int FirstBlock = 201;
    private const int Blocks = 20;
    private const int Attempts = 8;

    public static async Task<ClusterNetwork> RunAsync(EngineClient engine, ClusterConfig config, string creation, CancellationToken cancellationToken)
    {
        IReadOnlyList<NetworkDetails> networks = await engine.Networks.ListAsync([], cancellationToken).ConfigureAwait(false);
        int attempts = 0;
        foreach ((AddressRange range, AddressRange? ipv6) in Free(config, networks))
        {
            try
            {
                string id = await engine.Networks.CreateAsync(Spec(config.Name, range, ipv6, creation), cancellationToken).ConfigureAwait(false);
                await RefuseSecondAsync(engine, config.Name, id, cancellationToken).ConfigureAwait(false);
                return new(id, NetworkName(config.Name), range, ipv6);
            }
            catch (NodeForgeException failure) when (failure.Diagnostics[0].Code == ErrorCodes.EngineSubnetTaken && ++attempts < Attempts)
            {
                // Another creation was quicker, or the range is routed in a way that interfaces do not show.
            }
        }

        throw new NodeForgeException(NoneFree(engine.Endpoint.ToString()));
    }

    /// <summary>The ranges, one of each family, that a cluster would have if it were made now; null when none is free.</summary>
    public static IReadOnlyList<AddressRange>? FirstFree(ClusterConfig config, IReadOnlyList<NetworkDetails> networks) =>
        Free(config, networks).Select(free => (AddressRange[])(free.IPv6 is null ? [free.IPv4] : [free.IPv4, free.IPv6])).FirstOrDefault();

    public static Diagnostic NoneFree(string endpoint) => new(ErrorCodes.ClusterSubnetMissing, "no address range is free for the cluster's network")
    {
        Where = new(endpoint),
        Want = $"a /24 within 10.{FirstBlock}.0.0 to 10.{FirstBlock + Blocks - 1}.255.255",
        Mend = "remove networks that nobody needs: docker network prune",
    };

    public static IEnumerable<AddressRange> RangesOf(NetworkDetails network) =>
        (network.IPAM?.Config ?? []).Where(range => range.Subnet is not null).Select(range => IPNetwork.TryParse(range.Subnet, out IPNetwork parsed) ? new AddressRange(parsed) : null).OfType<AddressRange>();

    private static IEnumerable<(AddressRange IPv4, AddressRange? IPv6)> Free(ClusterConfig config, IReadOnlyList<NetworkDetails> networks)
    {
        AddressRange[] taken = [.. OfThisMachine(), .. config.Networking.PodRanges, .. config.Networking.ServiceRanges, .. networks.SelectMany(RangesOf)];
        IEnumerable<AddressRange> free = Candidates().Where(candidate => !taken.Any(candidate.Overlaps));
        return config.Networking.Family == IPFamily.IPv4
            ? free.Select(range => (range, (AddressRange?)null))
            : free.Zip(LocalIPv6(config.Name).Where(candidate => !taken.Any(candidate.Overlaps)), (ipv4, ipv6) => (ipv4, (AddressRange?)ipv6));
    }

    // Unique local addresses (RFC 4193). Out of the name, as kind's are: a cluster that is made again has its addresses again.
    private static IEnumerable<AddressRange> LocalIPv6(string cluster) =>
        from attempt in Enumerable.Range(0, int.MaxValue)
        let hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{NetworkName(cluster)} {attempt}")))
        select new AddressRange(new(new IPAddress([0xfd, .. hash[..7], 0, 0, 0, 0, 0, 0, 0, 0]), 64));

    // Engines let two networks of one name be made at once, and then call the name ambiguous. The later one gives way; its creation removes it.
    private static async Task RefuseSecondAsync(EngineClient engine, string cluster, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<NetworkDetails> networks = await engine.Networks.ListAsync([$"{ClusterLabels.Owner}={cluster}"], cancellationToken).ConfigureAwait(false);
        NetworkDetails? own = networks.FirstOrDefault(network => network.Id == id);
        if (own is null || !networks.Any(network => network.Name == own.Name && network.Created < own.Created))
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.ClusterExists, $"a cluster {cluster} is being made already, from elsewhere")
        {
            Where = new(engine.Endpoint.ToString()),
            Mend = "choose another name, or wait for it",
        });
    }

    public static string NetworkName(string cluster) => "nodeforge-" + cluster;

    private static NetworkSpec Spec(string cluster, AddressRange range, AddressRange? ipv6, string creation) => new(NetworkName(cluster))
    {
        Subnets = ipv6 is null ? [range.ToString()] : [range.ToString(), ipv6.ToString()],
        EnableIPv6 = ipv6 is not null,
        Labels = new Dictionary<string, string> { [ClusterLabels.Owner] = cluster, [ClusterLabels.Creation] = creation },
    };

    private static IEnumerable<AddressRange> Candidates() =>
        from block in Enumerable.Range(FirstBlock, Blocks) from part in Enumerable.Range(0, 256) select AddressRange.Parse($"10.{block}.{part}.0/24");

    private static IEnumerable<AddressRange> OfThisMachine() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(device => device.GetIPProperties().UnicastAddresses)
            .Where(address => address.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Select(address => AddressRange.Around(address.Address, address.PrefixLength));
}
