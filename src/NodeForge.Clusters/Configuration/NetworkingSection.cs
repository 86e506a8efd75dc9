namespace NodeForge.Clusters.Configuration;

internal static class NetworkingSection
{
    private static readonly string[] Keys =
    [
        "ipFamily",
        "apiServerPort",
        "apiServerAddress",
        "podSubnet",
        "serviceSubnet",
        "disableDefaultCNI",
        "kubeProxyMode",
        "dnsSearch",
    ];

    public static NetworkingConfig Read(ClusterFields top)
    {
        if (top.Section("networking", Keys) is not { } fields)
            return new();
        IPFamily family = fields.Choice(
            "ipFamily",
            IPFamily.IPv4,
            ("ipv4", IPFamily.IPv4),
            ("ipv6", IPFamily.IPv6),
            ("dual", IPFamily.Dual)
        );
        NetworkingConfig defaults = new() { Family = family };
        return new()
        {
            Family = family,
            ApiServerPort = fields.Port("apiServerPort", 0, lowest: -1),
            ApiServerAddress = fields.Address("apiServerAddress", defaults.ApiServerAddress),
            PodSubnet = SubnetText.Read(fields, "podSubnet", family, defaults.PodSubnet),
            ServiceSubnet = SubnetText.Read(fields, "serviceSubnet", family, defaults.ServiceSubnet, longestIPv6Part: 20),
            DnsSearch = fields["dnsSearch"] is null ? null : fields.Texts("dnsSearch"),
            DisableDefaultCni = fields.Flag("disableDefaultCNI"),
            KubeProxyMode = fields.Choice(
                "kubeProxyMode",
                defaults.KubeProxyMode,
                ("iptables", "iptables"),
                ("ipvs", "ipvs"),
                ("nftables", "nftables"),
                ("none", "none")
            ),
        };
    }
}
