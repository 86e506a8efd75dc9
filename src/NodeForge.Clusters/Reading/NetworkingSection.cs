using System.Net;
using System.Net.Sockets;
using NodeForge.Recipes.Reading;

namespace NodeForge.Clusters;

internal static class NetworkingSection
{
    private static readonly string[] Keys = ["ipFamily", "apiServerPort", "apiServerAddress", "podSubnet", "serviceSubnet", "disableDefaultCNI", "kubeProxyMode", "dnsSearch"];

    public static NetworkingConfig Read(Fields top)
    {
        NetworkingConfig defaults = new();
        if (top.Section("networking", Keys) is not { } fields)
            return defaults;
        IPFamily family = Values.Choice(fields, "ipFamily", IPFamily.IPv4, ("ipv4", IPFamily.IPv4), ("ipv6", IPFamily.IPv6), ("dual", IPFamily.Dual));
        if (family != IPFamily.IPv4)
            PatchSection.Unsupported(fields.File, fields["ipFamily"]!, "ipFamily other than ipv4", "leave it out");
        return new()
        {
            Family = family,
            ApiServerPort = Values.Port(fields, "apiServerPort", 0, lowest: -1),
            ApiServerAddress = Address(fields, "apiServerAddress", defaults.ApiServerAddress),
            PodSubnet = Subnet(fields, "podSubnet", defaults.PodSubnet),
            ServiceSubnet = Subnet(fields, "serviceSubnet", defaults.ServiceSubnet),
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

    private static string Subnet(Fields fields, string key, string otherwise)
    {
        if (fields.Optional(key) is not { } text)
            return otherwise;
        // Depending on its version .NET refuses host bits or clears them; the kubelet and kubeadm refuse them.
        if (IPNetwork.TryParse(text, out IPNetwork network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork && network.ToString() == text)
            return text;
        fields.File.Report(ErrorCodes.ClusterFileValue, fields[key]!, $"{key} is no IPv4 range", got: Quoted.Short(text), want: $"a range such as {otherwise}, its host bits zero");
        return otherwise;
    }
}
