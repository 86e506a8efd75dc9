using System.Net;
using System.Net.Sockets;
using NodeForge.Clusters.Configuration;

namespace NodeForge.Clusters.Planning;

/// <summary>The network of a cluster's own: its range lets every node keep its address over restarts.</summary>
/// <param name="Id">Containers are given this one: engines let two networks have one name, and refuse the name then.</param>
/// <param name="Name">For people.</param>
/// <param name="Range">Its IPv4 addresses: engines have no network without them.</param>
/// <param name="IPv6">Its IPv6 addresses, for a cluster that has any.</param>
internal sealed record ClusterNetwork(string Id, string Name, AddressRange Range, AddressRange? IPv6 = null)
{
    /// <summary>The ID of the network by which this machine reaches the balancer, where the cluster's own has no way in either.</summary>
    public string? Entrance { get; init; }

    public IEnumerable<AddressRange> Ranges => IPv6 is null ? [Range] : [Range, IPv6];

    /// <summary>The addresses at an offset from the first ones.</summary>
    public NodePlace Place(NetworkingConfig networking, int offset) => NodePlace.Of(networking, Range.At(offset), IPv6?.At(offset));
}

/// <summary>A container's addresses on the cluster's network.</summary>
/// <param name="Address">The one by which Kubernetes knows it.</param>
/// <param name="Other">Of the other family, on a network that has both.</param>
internal sealed record NodePlace(IPAddress Address, IPAddress? Other = null)
{
    public IEnumerable<IPAddress> All => Other is null ? [Address] : [Address, Other];

    public string? IPv4 => Of(AddressFamily.InterNetwork);

    public string? IPv6 => Of(AddressFamily.InterNetworkV6);

    public static NodePlace Of(NetworkingConfig networking, IPAddress ipv4, IPAddress? ipv6) =>
        ipv6 is not null && networking.ServiceRanges[0].IsIPv6 ? new(ipv6, ipv4) : new(ipv4, ipv6);

    private string? Of(AddressFamily family) => All.FirstOrDefault(address => address.AddressFamily == family)?.ToString();
}
