using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Clusters;

/// <summary>Makes a new node's kubeadm documents out of an existing node's, so that what the cluster file changed in them holds for it too.</summary>
internal static class KubeadmRewriting
{
    private const string NodeLabels = "node-labels";

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>.</exception>
    public static async Task<NetworkingConfig> NetworkingAsync(ClusterNode source, CancellationToken cancellationToken)
    {
        JsonNode? networking = (await ReadAsync(source, cancellationToken).ConfigureAwait(false)).FirstOrDefault(document => (string?)document["kind"] == "ClusterConfiguration")?["networking"];
        NetworkingConfig defaults = new();
        string services = (string?)networking?["serviceSubnet"] ?? defaults.ServiceSubnet;
        IPFamily family = services.Contains(',', StringComparison.Ordinal) ? IPFamily.Dual : services.Contains(':', StringComparison.Ordinal) ? IPFamily.IPv6 : IPFamily.IPv4;
        return defaults with { Family = family, PodSubnet = (string?)networking?["podSubnet"] ?? (defaults with { Family = family }).PodSubnet, ServiceSubnet = services };
    }

    /// <summary>The labels that a node was made with.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> LabelsAsync(ClusterNode source, CancellationToken cancellationToken) =>
        LabelsIn(await ReadAsync(source, cancellationToken).ConfigureAwait(false));

    /// <summary>The documents of a node of the plan, as text.</summary>
    public static async Task<string> ForAsync(ClusterPlan plan, NodePlan node, ClusterNode source, CancellationToken cancellationToken) =>
        Rewrite(await ReadAsync(source, cancellationToken).ConfigureAwait(false), plan, node);

    /// <summary>What the cluster file wanted on certificates, out of documents of this cluster.</summary>
    public static CertificateNames NamesIn(string documents, string node) =>
        KubeadmDocuments.NamesIn(Parse(documents, node).FirstOrDefault(document => (string?)document["kind"] == "ClusterConfiguration") ?? []);

    internal static string Rewrite(IReadOnlyList<JsonObject> documents, ClusterPlan plan, NodePlan node)
    {
        foreach (JsonObject document in documents)
        {
            if (document["nodeRegistration"] is JsonObject registration)
                Register(registration, plan, node);
            if (document["localAPIEndpoint"] is JsonObject local)
                local["advertiseAddress"] = node.Address.ToString();
            if ((string?)document["kind"] != "JoinConfiguration")
                continue;
            document.Remove("controlPlane");
            if (node.Role == NodeRole.ControlPlane)
                document["controlPlane"] = new JsonObject { ["localAPIEndpoint"] = new JsonObject { ["advertiseAddress"] = node.Address.ToString(), ["bindPort"] = ClusterPlan.ApiServerPort } };
        }

        return string.Concat(documents.Select(Text));
    }

    internal static IReadOnlyList<JsonObject> Parse(string text, string node)
    {
        try
        {
            return [.. text.Split("---\n", StringSplitOptions.RemoveEmptyEntries).Select(part => Checked((JsonObject)JsonNode.Parse(part)!))];
        }
        catch (Exception other) when (other is JsonException or InvalidCastException or NullReferenceException or InvalidOperationException or ArgumentException)
        {
            throw new NodeForgeException(ExistingCluster.NotOurs(node, $"{KubeadmDocuments.Path} is not what NodeForge writes"), other);
        }
    }

    // What is read out of them later has the type that kubeadm's reader would ask for.
    private static JsonObject Checked(JsonObject document)
    {
        _ = (string?)document["kind"];
        JsonNode? networking = document["networking"];
        _ = ((string?)networking?["serviceSubnet"], (string?)networking?["podSubnet"]);
        JsonNode? arguments = document["nodeRegistration"]?["kubeletExtraArgs"];
        foreach (JsonObject argument in (arguments as JsonArray ?? []).OfType<JsonObject>())
            _ = ((string?)argument["name"], (string?)argument["value"]);
        if (arguments is not JsonArray)
            _ = (string?)arguments?["node-labels"];
        return document;
    }

    internal static IReadOnlyDictionary<string, string> LabelsIn(IReadOnlyList<JsonObject> documents)
    {
        JsonNode? arguments = documents.FirstOrDefault(document => (string?)document["kind"] == "JoinConfiguration")?["nodeRegistration"]?["kubeletExtraArgs"];
        string? text = arguments is JsonArray list ? (string?)list.FirstOrDefault(argument => (string?)argument?["name"] == NodeLabels)?["value"] : (string?)arguments?[NodeLabels];
        // As the kubelet reads it: NAME=VALUE, divided by commas.
        return (text ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(label => label.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static async Task<IReadOnlyList<JsonObject>> ReadAsync(ClusterNode source, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> files = await source.ReadFolderAsync(KubeadmDocuments.Path, cancellationToken).ConfigureAwait(false);
        return Parse(files.Values.FirstOrDefault() ?? string.Empty, source.Name);
    }

    private static void Register(JsonObject registration, ClusterPlan plan, NodePlan node)
    {
        registration["name"] = node.Name;
        Dictionary<string, string> own = new() { ["node-ip"] = KubeadmDocuments.NodeIP(plan, node), ["provider-id"] = $"kind://docker/{plan.Name}/{node.Name}", [NodeLabels] = KubeadmDocuments.Text(node.Config.Labels) };
        switch (registration["kubeletExtraArgs"])
        {
            case JsonObject map:
                foreach ((string name, string value) in own)
                    map[name] = value;
                break;
            case JsonArray list:
                foreach (JsonObject argument in list.OfType<JsonObject>())
                {
                    if ((string?)argument["name"] is { } name && own.TryGetValue(name, out string? value))
                        argument["value"] = value;
                }

                break;
        }

        // A worker takes pods; a control plane does as those do that are there.
        if (node.Role == NodeRole.Worker)
            registration["taints"] = new JsonArray();
    }

    private static string Text(JsonObject document)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true }))
            document.WriteTo(writer);
        return $"---\n{Encoding.UTF8.GetString(bytes.ToArray())}\n";
    }
}
