using System.Net;
using NodeForge.Recipes.Reading;

namespace NodeForge.Clusters;

internal static class NetworkingSection
{
    private static readonly string[] Keys = ["ipFamily", "apiServerPort", "apiServerAddress", "podSubnet", "serviceSubnet", "disableDefaultCNI", "kubeProxyMode", "dnsSearch"];

    public static NetworkingConfig Read(Fields top)
    {
        if (top.Section("networking", Keys) is not { } fields)
            return new();
        IPFamily family = Values.Choice(fields, "ipFamily", IPFamily.IPv4, ("ipv4", IPFamily.IPv4), ("ipv6", IPFamily.IPv6), ("dual", IPFamily.Dual));
        NetworkingConfig defaults = new() { Family = family };
        return new()
        {
            Family = family,
            ApiServerPort = Values.Port(fields, "apiServerPort", 0, lowest: -1),
            ApiServerAddress = Address(fields, "apiServerAddress", defaults.ApiServerAddress),
            PodSubnet = SubnetText.Read(fields, "podSubnet", family, defaults.PodSubnet),
            ServiceSubnet = SubnetText.Read(fields, "serviceSubnet", family, defaults.ServiceSubnet, longestIPv6Part: 20),
            DnsSearch = fields.Has("dnsSearch") ? fields.Texts("dnsSearch") : null,
            DisableDefaultCni = fields.Flag("disableDefaultCNI", otherwise: false),
            KubeProxyMode = Values.Choice(fields, "kubeProxyMode", defaults.KubeProxyMode, ("iptables", "iptables"), ("ipvs", "ipvs"), ("nftables", "nftables"), ("none", "none")),
        };
    }

    public static string Address(Fields fields, string key, string otherwise)
    {
        if (fields.Optional(key) is not { } text)
            return otherwise;
        if (IPAddress.TryParse(text, out _))
            return text;
        fields.File.Report(ErrorCodes.ClusterFileValue, fields[key]!, $"{key} is no address", got: Quoted.Short(text), want: "an address such as 127.0.0.1");
        return otherwise;
    }
}
