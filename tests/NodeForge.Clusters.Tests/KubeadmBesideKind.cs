using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Documents.Yaml;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Clusters.Tests;

/// <summary>Our documents beside those that kind 0.33.0 wrote into its nodes for the same cluster files, with addresses left out: whatever
/// differs has a reason here.</summary>
/// <remarks>Golden/kind is what <c>kind create cluster --config Fixtures/kind/NAME.yaml</c> left in <c>/kind/kubeadm.conf</c> of each node,
/// with an image that says that version in
/// <c>/kind/version</c>.</remarks>
public sealed class KubeadmBesideKind
{
    private const string Folder = "tests/NodeForge.Clusters.Tests/";
    private const string Heading = "### ";

    // docs/cluster-file.md, "What differs from kind", has them in words.
    private static readonly Dictionary<string, string> Named = new()
    {
        ["ClusterConfiguration/controlPlaneEndpoint"] = "an address: nodes keep theirs, and find it without a name server",
        ["*/nodeRegistration/name"] = "written out",
        ["*/nodeRegistration/taints"] = "written out",
        ["InitConfiguration/bootstrapTokens"] = "a token of the cluster's own, void after a minute",
        ["JoinConfiguration/discovery"] = "by a file; nothing joins by a token",
        ["KubeletConfiguration/nodeStatusUpdateFrequency"] = "2 s",
        ["KubeletConfiguration/nodeStatusReportFrequency"] = "apart from the other",
        // Of workers, which run a phase of init: with what kubeadm join would give their kubelet.
        ["InitConfiguration/nodeRegistration/kubeletExtraArgs of a worker"] = "that of its JoinConfiguration",
        // Before 1.29 kube-proxy does not know it, and 1.21 has no gate to be set.
        ["KubeProxyConfiguration/conntrack/tcpBeLiberal before 1.29"] = "kube-proxy does not know it",
    };

    public static IEnumerable<object[]> Cases =>
        from file in new[] { "plain", "labels", "dual", "ipv6", "gates", "patches" }
        from version in new[] { "v1.36.2", "v1.35.6", "v1.22.17" }
        select new object[] { file, version };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Our_documents_are_kinds_but_for_what_is_named(string file, string version) =>
        Assert.Equal(
            "",
            string.Join('\n', Differences(file, version).Where(found => !Named.ContainsKey(found.Name)).Select(found => found.Text))
        );

    [Fact]
    public void Each_named_difference_is_one()
    {
        HashSet<string> found =
        [
            .. Cases.SelectMany(one => Differences((string)one[0], (string)one[1])).Select(difference => difference.Name),
        ];
        Assert.Equal(string.Join('\n', Named.Keys.Order()), string.Join('\n', found.Order()));
    }

    // The kubelet's labels of a worker whose patch sets them: kind's are lost, and so are ours.
    [Theory]
    [InlineData("v1.36.2")]
    [InlineData("v1.35.6")]
    public void A_patch_of_node_labels_takes_the_place_of_labels(string version)
    {
        JsonObject join = Ours("labels", version)["lab-worker"]["JoinConfiguration"];
        Assert.Equal("zone=b", ExtraArguments.Find(join["nodeRegistration"]!["kubeletExtraArgs"], "node-labels"));
        Assert.Equal(
            "zone=b",
            ExtraArguments.Find(
                Kinds("labels", version)["lab-worker"]["JoinConfiguration"]["nodeRegistration"]!["kubeletExtraArgs"],
                "node-labels"
            )
        );
    }

    private static IEnumerable<(string Name, string Text)> Differences(string file, string version)
    {
        Dictionary<string, Dictionary<string, JsonObject>> ours = Ours(file, version);
        Dictionary<string, Dictionary<string, JsonObject>> kinds = Kinds(file, version);
        Assert.Equal(kinds.Keys.Order(), ours.Keys.Order());
        foreach ((string node, Dictionary<string, JsonObject> documents) in kinds)
        {
            Assert.Equal(documents.Keys.Order(), ours[node].Keys.Order());
            foreach ((string kind, JsonObject theirs) in documents)
            {
                foreach ((string path, string text) in Compare(kind, theirs, ours[node][kind]))
                    yield return (NameOf(path, node, KubernetesVersion.Parse(version)), $"{node} {path}: {text}");
            }
        }
    }

    private static string NameOf(string path, string node, KubernetesVersion version)
    {
        if (path.StartsWith("KubeProxyConfiguration/conntrack/tcpBeLiberal", StringComparison.Ordinal) && !version.IsAtLeast(1, 29))
            return path + " before 1.29";
        if (
            path.StartsWith("InitConfiguration/nodeRegistration/kubeletExtraArgs", StringComparison.Ordinal)
            && node.Contains("worker", StringComparison.Ordinal)
        )
            return "InitConfiguration/nodeRegistration/kubeletExtraArgs of a worker";
        return
            path.EndsWith("/nodeRegistration/name", StringComparison.Ordinal)
            || path.EndsWith("/nodeRegistration/taints", StringComparison.Ordinal)
            ? path.Replace(path.Split('/')[0], "*", StringComparison.Ordinal)
            : path;
    }

    // Leaves and lists are compared whole, but for arguments, which are compared by name, and what is empty, which is as if it were not
    // there.
    private static IEnumerable<(string Path, string Text)> Compare(string path, JsonNode? theirs, JsonNode? ours)
    {
        (theirs, ours) = (Plain(path, theirs), Plain(path, ours));
        if (
            path is "InitConfiguration/bootstrapTokens" or "JoinConfiguration/discovery"
            || theirs is not JsonObject
            || ours is not JsonObject
        )
            return (theirs?.ToJsonString() ?? "-", ours?.ToJsonString() ?? "-") is var (kind, own) && kind != own
                ? [(path, $"kind {kind}, ours {own}")]
                : [];
        return theirs
            .AsObject()
            .Select(pair => pair.Key)
            .Union(ours.AsObject().Select(pair => pair.Key))
            .SelectMany(key => Compare($"{path}/{key}", theirs[key], ours[key]));
    }

    private static JsonNode? Plain(string path, JsonNode? node)
    {
        if (node is JsonArray list && ExtraArguments.IsKey(path.Split('/')[^1]))
            node = new JsonObject(list.Select(item => KeyValuePair.Create((string)item!["name"]!, item["value"]?.DeepClone())));
        // Gates of one program stand in any order.
        if (path.EndsWith("/feature-gates", StringComparison.Ordinal) && node is JsonValue gates)
            return string.Join(',', gates.ToString().Split(',').Order(StringComparer.Ordinal));
        if (path.EndsWith("/taints", StringComparison.Ordinal) && node is JsonArray taints)
            return string.Join(',', taints.Select(taint => $"{taint!["key"]}={taint["value"]}:{taint["effect"]}"));
        return
            node is JsonObject { Count: 0 } or JsonArray { Count: 0 }
            || (node is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.ToString().Length == 0)
            ? null
            : node;
    }

    private static Dictionary<string, Dictionary<string, JsonObject>> Ours(string file, string version)
    {
        ClusterConfig config = ClusterConfigReader.Read(Path.Combine(GoldenFile.Repository, Folder, "Fixtures/kind", file + ".yaml"));
        ClusterNetwork network = new(
            "77aa",
            "nodeforge-lab",
            AddressRange.Parse("10.201.0.0/24"),
            config.Networking.Family == IPFamily.IPv4 ? null : AddressRange.Parse("fd00:77::/64")
        );
        ClusterPlan plan = ClusterPlan.Of(config, network, 40000, overlaySnapshots: true) with
        {
            BootstrapToken = "aaaaaa.0123456789abcdef",
        };
        return plan.Nodes.ToDictionary(
            node => node.Name,
            node =>
                ByKind(
                    KubeadmDocumentSet.Parse(Anonymous(KubeadmDocuments.Of(plan, node, KubernetesVersion.Parse(version)), node)).Documents
                )
        );
    }

    private static string Anonymous(string text, NodePlan node) =>
        node.Place.All.Aggregate(
            text,
            (before, address) =>
                before
                    .Replace(
                        $"{address}\"",
                        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "IPV4\"" : "IPV6\"",
                        StringComparison.Ordinal
                    )
                    .Replace($"{address},", "IPV4,", StringComparison.Ordinal)
        );

    private static Dictionary<string, Dictionary<string, JsonObject>> Kinds(string file, string version) =>
        File.ReadAllText(Path.Combine(GoldenFile.Repository, Folder, "Golden/kind", $"{file}-{version}.yaml"))
            .Split(Heading, StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(
                part => part[..part.IndexOf('\n', StringComparison.Ordinal)],
                part =>
                    ByKind(
                        YamlDocument
                            .Nodes(part[part.IndexOf('\n', StringComparison.Ordinal)..], 1)
                            .Select(YamlDocument.Convert)
                            .OfType<JsonObject>()
                    )
            );

    private static Dictionary<string, JsonObject> ByKind(IEnumerable<JsonObject> documents) =>
        documents.ToDictionary(document => (string)document["kind"]!);
}
