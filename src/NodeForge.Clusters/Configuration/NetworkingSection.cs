using System.Text.RegularExpressions;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;

namespace NodeForge.Clusters.Configuration;

internal static partial class NetworkingSection
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
            DnsSearch = fields["dnsSearch"] is null ? null : Domains(fields, "dnsSearch"),
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

    // A node's resolver reads what stands here as its configuration: a blank would make two domains, a line another setting.
    private static IReadOnlyList<string> Domains(ClusterFields fields, string key)
    {
        IReadOnlyList<YamlScalar> items = fields.Scalars(key);
        foreach (YamlScalar item in items.Where(item => !Domain().IsMatch(item.Text)))
        {
            fields.File.Report(
                ErrorCodes.ClusterFileValue,
                item,
                $"this in {key} is no domain",
                got: Quoted.Short(item.Text),
                want: "names of letters, digits and dashes with dots between, at least one letter among them; or a lone dot for no domain"
            );
        }

        return [.. items.Select(item => item.Text)];
    }

    // Docker's rule for --dns-search, by which kind goes.
    [GeneratedRegex(
        @"\A(?:\.|(?=[^a-zA-Z]*[a-zA-Z])[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*\.?)\z"
    )]
    private static partial Regex Domain();
}
