using System.Net;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;

namespace NodeForge.Clusters.Nodes;

/// <summary>What a node of an air-gapped cluster is given: routes that lead nowhere, and a service that hears what would have gone
/// there.</summary>
/// <remarks>In the node itself, not in a container beside it: a node that is started again, by whomever, is closed and heard again.
/// Without a default route programs would be refused before they send anything, and nobody would know whom they wanted.</remarks>
internal static class AirGapFiles
{
    /// <summary>Where the service writes. On a volume: an upgrade keeps it.</summary>
    public const string Folder = "/var/log/nodeforge";

    /// <summary>The file there.</summary>
    public const string Heard = "attempts";

    private const string Programs = "/etc/nodeforge/air-gap";
    private const string Unit = "/etc/systemd/system/nodeforge-air-gap.service";

    // Loopback, link-local, multicast and no address at all.
    private static readonly string[] Everywhere =
    [
        "0.0.0.0/32",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/127",
        "fe80::/10",
        "ff00::/8",
    ];

    /// <param name="plan">Nothing where the cluster is not air-gapped.</param>
    /// <param name="node">The node.</param>
    /// <param name="settings">Of the cluster, or each that it may have.</param>
    public static IEnumerable<NodeFile> Of(ClusterPlan plan, NodePlan node, params IReadOnlyCollection<EffectiveSettings> settings)
    {
        if (!plan.AirGapped)
            return [];
        string[] pods = [.. settings.SelectMany(found => found.PodRanges).Select(range => range.ToString()).Distinct()];
        string[] services = [.. settings.SelectMany(found => found.ServiceRanges).Select(range => range.ToString()).Distinct()];
        IPAddress[] gateways = [.. plan.Network.Ranges.Select(range => range.At(1))];
        string[] listening =
        [
            $"{Folder}/{Heard}",
            node.Address.ToString(),
            string.Join(',', pods),
            string.Join(',', plan.Network.Ranges.Select(range => range.ToString()).Concat(pods).Concat(services).Concat(Everywhere)),
            string.Join(',', gateways.Select(gateway => $"{gateway}/{gateway.GetAddressBytes().Length * 8}")),
            string.Join(',', settings.Select(found => found.DnsDomain).Distinct()),
        ];
        string closing = $"-4 {plan.Network.Range.At(1)} {node.Place.IPv4}";
        // An address of IPv6 is not its node's at once: the kernel chooses it by itself.
        if (plan.Network.IPv6 is { } ipv6)
            closing += $" -6 {ipv6.At(1)} \"\"";
        return
        [
            NodeFile.Public(Programs + "/close.sh", Resource("close.sh")),
            NodeFile.Public(Programs + "/listen.pl", Resource("listen.pl")),
            NodeFile.Public(Unit, UnitOf(closing, string.Join(' ', listening.Select(argument => $"\"{argument}\"")))),
            NodeFile.Link("/etc/systemd/system/sysinit.target.wants/nodeforge-air-gap.service", Unit),
        ];
    }

    // Before everything that could send something, and no reason for it not to start: a node that nobody hears is told of as such.
    private static string UnitOf(string closing, string listening) =>
        $"""
            [Unit]
            Description=Hears what the node wants from outside of its cluster
            DefaultDependencies=no
            Conflicts=shutdown.target
            Before=shutdown.target sysinit.target containerd.service kubelet.service

            [Service]
            Type=notify
            NotifyAccess=main
            LogsDirectory=nodeforge
            ExecStartPre=/bin/bash {Programs}/close.sh {closing}
            ExecStart=/usr/bin/perl {Programs}/listen.pl {listening}
            Restart=always
            RestartSec=1
            TimeoutStartSec=10

            """;

    private static string Resource(string name)
    {
        using StreamReader text = new(typeof(AirGapFiles).Assembly.GetManifestResourceStream(name)!);
        return text.ReadToEnd();
    }
}
