using System.Globalization;
using System.Text.Json.Nodes;
using NodeForge.Kubernetes.Booted;

namespace NodeForge.Clusters.Attempts;

/// <summary>A pod of a network of its own, by one of its addresses.</summary>
/// <param name="Name">Namespace and name.</param>
/// <param name="Address">In whichever spelling.</param>
/// <param name="Started">To the second; null where it is not told.</param>
internal sealed record PodAtAddress(string Name, string Address, DateTimeOffset? Started)
{
    /// <summary>Whether it is the cluster's DNS server, which asks for others.</summary>
    public bool IsDns { get; init; }

    public const string List = "/api/v1/pods";

    /// <param name="list">A PodList.</param>
    public static IReadOnlyList<PodAtAddress> OfList(JsonNode? list) =>
        [
            .. (list?["items"]?.AsArray() ?? [])
                .OfType<JsonObject>()
                .Where(pod => (bool?)pod["spec"]?["hostNetwork"] != true)
                .SelectMany(pod => AddressesOf(pod["status"]).Select(address => Of(pod, address))),
        ];

    /// <summary>Who sent packets; null where no pod of that address was there then. An address is given again once its pod is
    /// gone.</summary>
    public static PodAtAddress? Of(IEnumerable<PodAtAddress> pods, SentPackets packets) =>
        pods.FirstOrDefault(pod => pod.Address == packets.Pod && !(pod.Started > packets.Last));

    private static PodAtAddress Of(JsonObject pod, string address) =>
        new(
            $"{(string?)pod["metadata"]?["namespace"]}/{(string?)pod["metadata"]?["name"]}",
            address,
            DateTimeOffset.TryParse(
                (string?)pod["status"]?["startTime"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset started
            )
                ? started
                : null
        )
        {
            IsDns = (string?)pod["metadata"]?["labels"]?["k8s-app"] == "kube-dns",
        };

    private static IEnumerable<string> AddressesOf(JsonNode? status) =>
        (status?["podIPs"]?.AsArray() ?? [])
            .Select(address => (string?)address?["ip"])
            .Append((string?)status?["podIP"])
            .OfType<string>()
            .Distinct();
}
