using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Kubeadm;

/// <summary>What a cluster's ClusterConfiguration says once the cluster file's patches are in it: all that is worked out beside kubeadm
/// goes by it.</summary>
internal sealed record EffectiveSettings
{
    public const string DefaultDnsDomain = "cluster.local";

    // kubeadm's own, where a patch takes ours out.
    private const string DefaultClusterName = "kubernetes";
    private const string DefaultServiceSubnet = "10.96.0.0/12";

    /// <summary>With a comma between two; empty where a patch has taken it out.</summary>
    public string PodSubnet { get; private init; } = string.Empty;

    /// <summary>With a comma between two. The first one's first address is the API server's for pods.</summary>
    public string ServiceSubnet { get; private init; } = DefaultServiceSubnet;

    public string DnsDomain { get; private init; } = DefaultDnsDomain;

    /// <summary>The name or address by which nodes find the API server; null where a patch has taken it out.</summary>
    public string? EndpointHost { get; private init; }

    /// <summary>Names and addresses for the API server's certificate beside those that every one has.</summary>
    /// <remarks>kubeadm refuses a certificate that is there and lacks them.</remarks>
    public IReadOnlyList<string> ApiServerNames { get; private init; } = [];

    public IReadOnlyList<string> EtcdServerNames { get; private init; } = [];

    public IReadOnlyList<string> EtcdPeerNames { get; private init; } = [];

    /// <summary>Where kubeadm looks for certificates.</summary>
    public string CertificatesFolder { get; private init; } = FixedParts.Certificates;

    /// <summary>What the kubeconfigs in the nodes call the cluster.</summary>
    public string ClusterName { get; private init; } = DefaultClusterName;

    /// <summary>The prefix lengths of the parts of the pods' ranges that nodes get; null where no node gets any.</summary>
    public (int IPv4, int IPv6)? NodePodLengths { get; private init; } = (24, 64); // kube-controller-manager's own

    public IReadOnlyList<AddressRange> PodRanges => Ranges("podSubnet", PodSubnet);

    public IReadOnlyList<AddressRange> ServiceRanges => Ranges("serviceSubnet", ServiceSubnet);

    /// <summary>The address at which pods ask the API server.</summary>
    public IPAddress ServiceAddress => ServiceRanges[0].At(1);

    /// <param name="cluster">A ClusterConfiguration.</param>
    public static EffectiveSettings In(JsonObject cluster)
    {
        JsonObject? networking = cluster["networking"] as JsonObject;
        JsonObject? etcd = (cluster["etcd"] as JsonObject)?["local"] as JsonObject;
        return new()
        {
            PodSubnet = Text(networking?["podSubnet"]) ?? string.Empty,
            ServiceSubnet = Text(networking?["serviceSubnet"]) ?? DefaultServiceSubnet,
            DnsDomain = Text(networking?["dnsDomain"]) ?? DefaultDnsDomain,
            CertificatesFolder = Text(cluster["certificatesDir"])?.TrimEnd('/') ?? FixedParts.Certificates,
            ClusterName = Text(cluster["clusterName"]) ?? DefaultClusterName,
            EndpointHost = Text(cluster["controlPlaneEndpoint"]) is { } endpoint ? HostOf(endpoint) : null,
            ApiServerNames = Texts((cluster["apiServer"] as JsonObject)?["certSANs"]),
            EtcdServerNames = Texts(etcd?["serverCertSANs"]),
            EtcdPeerNames = Texts(etcd?["peerCertSANs"]),
            NodePodLengths = PartsOf((cluster["controllerManager"] as JsonObject)?["extraArgs"]),
        };
    }

    private static (int IPv4, int IPv6)? PartsOf(JsonNode? arguments)
    {
        string? Argument(string name) =>
            arguments switch
            {
                JsonObject mapping => Text(mapping[name]),
                // As of v1beta4.
                JsonArray list => list.OfType<JsonObject>()
                    .Where(item => Text(item["name"]) == name)
                    .Select(item => Text(item["value"]))
                    .LastOrDefault(),
                _ => null,
            };
        int Length(string family, int otherwise) =>
            int.TryParse(
                Argument("node-cidr-mask-size-" + family) ?? Argument("node-cidr-mask-size"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int length
            )
                ? length
                : otherwise;
        return Argument("allocate-node-cidrs") == "false" ? null : (Length("ipv4", 24), Length("ipv6", 64));
    }

    /// <summary>What the settings may be, before the nodes' version of Kubernetes is known: one for each version of kubeadm's
    /// documents.</summary>
    public static IReadOnlyList<EffectiveSettings> PossibleFor(ClusterPlan plan)
    {
        List<EffectiveSettings> possible = [];
        NodeForgeException? unfit = null;
        foreach (KubeadmDialect dialect in KubeadmDialect.All)
        {
            try
            {
                possible.Add(In(KubeadmDocuments.Cluster(plan, dialect.Example)));
            }
            catch (NodeForgeException failure)
            {
                // Operations that do not fit that version's documents: if it is the nodes' they are told once that is known.
                unfit = failure;
            }
        }

        // Those that fit none are told before anything is made.
        return possible.Count > 0 || unfit is null ? possible : throw unfit;
    }

    /// <summary>The same before the cluster has a network of its own; its addresses are in no setting that is asked for then.</summary>
    public static IReadOnlyList<EffectiveSettings> PossibleFor(ClusterConfig config) =>
        PossibleFor(ClusterPlan.Of(config, NoNetwork, ClusterPlan.ApiServerPort, overlaySnapshots: true));

    /// <summary>The ranges that pods and services may have. What a patch leaves without a range is SubnetCheck's to tell.</summary>
    public static IReadOnlyList<AddressRange> RangesFor(ClusterConfig config) =>
        [.. PossibleFor(config).SelectMany(settings => Readable(settings.PodSubnet).Concat(Readable(settings.ServiceSubnet))).Distinct()];

    private static ClusterNetwork NoNetwork =>
        new(string.Empty, string.Empty, AddressRange.Parse("192.0.2.0/24"), AddressRange.Parse("2001:db8::/64"));

    private static string? Text(JsonNode? node) => node?.ToString() is { Length: > 0 } text ? text : null;

    private static string[] Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(item => item?.ToString()).OfType<string>()];

    private static string HostOf(string endpoint)
    {
        int colon = endpoint.LastIndexOf(':');
        bool hasPort =
            colon > 0 && !endpoint.EndsWith(']') && (endpoint.StartsWith('[') || endpoint.IndexOf(':', StringComparison.Ordinal) == colon);
        return (hasPort ? endpoint[..colon] : endpoint).Trim('[', ']');
    }

    private static IReadOnlyList<AddressRange> Ranges(string key, string text)
    {
        if (text.Length == 0)
            return [];
        List<AddressRange> ranges = [];
        foreach (string part in text.Split(','))
        {
            ranges.Add(
                Range(part.Trim())
                    ?? throw new NodeForgeException(
                        new Diagnostic(ErrorCodes.ClusterFileValue, $"a patch leaves {key} without a range of addresses")
                        {
                            Where = new("networking." + key),
                            Got = text,
                            Want = "a range such as 10.96.0.0/16",
                            Hint = $"write the range into networking.{key} of the cluster file, or the right one into the patch",
                        }
                    )
            );
        }

        return ranges;
    }

    private static IEnumerable<AddressRange> Readable(string text) =>
        text.Split(',').Select(part => Range(part.Trim())).OfType<AddressRange>();

    private static AddressRange? Range(string text)
    {
        string[] halves = text.Split('/');
        return
            halves.Length == 2
            && AddressText.TryParse(halves[0], out IPAddress? address)
            && int.TryParse(halves[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length <= address.GetAddressBytes().Length * 8
            ? AddressRange.Around(address, length)
            : null;
    }
}
