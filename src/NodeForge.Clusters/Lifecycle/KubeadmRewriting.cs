using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Makes a new node's kubeadm documents out of an existing node's, so that what the cluster file changed in them holds for it too.</summary>
internal static class KubeadmRewriting
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>.</exception>
    public static async Task<NetworkingConfig> NetworkingAsync(ClusterNode source, CancellationToken cancellationToken)
    {
        JsonNode? networking = OfKind(await ReadAsync(source, cancellationToken).ConfigureAwait(false), "ClusterConfiguration")?["networking"];
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

    /// <summary>What the cluster goes by, out of documents of it.</summary>
    public static EffectiveSettings SettingsIn(string documents, string node) => EffectiveSettings.In(OfKind(Parse(documents, node), "ClusterConfiguration") ?? []);

    /// <param name="documents">Of a node that is there; they are changed.</param>
    /// <param name="plan">The cluster with the new node.</param>
    /// <param name="node">The new node.</param>
    internal static string Rewrite(IReadOnlyList<JsonObject> documents, ClusterPlan plan, NodePlan node)
    {
        bool wasWorker = OfKind(documents, "JoinConfiguration")?["controlPlane"] is null;
        foreach (JsonObject document in documents)
        {
            if (document["nodeRegistration"] is JsonObject registration)
                Register(registration, plan, node, wasWorker);
            if (document["localAPIEndpoint"] is JsonObject local)
                local["advertiseAddress"] = node.Address.ToString();
        }

        if (OfKind(documents, "JoinConfiguration") is not { } join)
            return string.Concat(documents.Select(KubeadmDocuments.Text));
        join.Remove("controlPlane");
        if (node.Role == NodeRole.ControlPlane)
            join["controlPlane"] = new JsonObject { ["localAPIEndpoint"] = KubeadmTemplates.LocalEndpoint(node) };
        else if (OfKind(documents, "InitConfiguration") is { } init)
            init["nodeRegistration"] = WorkerRegistration.Of(join, HasLists(join["nodeRegistration"]));
        return string.Concat(documents.Select(KubeadmDocuments.Text));
    }

    internal static IReadOnlyList<JsonObject> Parse(string text, string node)
    {
        try
        {
            return [.. text.Split("---\n", StringSplitOptions.RemoveEmptyEntries).Select(part => Checked((JsonObject)JsonNode.Parse(part)!))];
        }
        catch (Exception other) when (other is JsonException or InvalidCastException or NullReferenceException or InvalidOperationException or ArgumentException)
        {
            throw new NodeForgeException(ExistingCluster.NotOurs(node, $"{KubeadmFiles.Configuration} is not what NodeForge writes"), other);
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
        string? text = ExtraArguments.Find(OfKind(documents, "JoinConfiguration")?["nodeRegistration"]?["kubeletExtraArgs"], KubeadmFiles.NodeLabels);
        // As the kubelet reads it: NAME=VALUE, divided by commas, the last of a name in effect.
        return (text ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(label => label.Split('=', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
    }

    private static async Task<IReadOnlyList<JsonObject>> ReadAsync(ClusterNode source, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> files = await source.ReadFolderAsync(KubeadmFiles.Configuration, cancellationToken).ConfigureAwait(false);
        return Parse(files.Values.FirstOrDefault() ?? string.Empty, source.Name);
    }

    private static void Register(JsonObject registration, ClusterPlan plan, NodePlan node, bool wasWorker)
    {
        registration["name"] = node.Name;
        bool asLists = HasLists(registration);
        JsonObject own = new(KubeadmDocuments.OwnArguments(plan, node).Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)argument.Value)));
        registration["kubeletExtraArgs"] = ExtraArguments.Merge(registration["kubeletExtraArgs"], own, asLists);
        // Of its role a node has the taints of its example; a worker that is made like a control plane takes pods.
        if (wasWorker != (node.Role == NodeRole.Worker))
        {
            registration.Remove("taints");
            WorkerRegistration.Forget(registration, asLists);
        }

        if (node.Role == NodeRole.Worker && registration["taints"] is null)
            registration["taints"] = new JsonArray();
    }

    private static bool HasLists(JsonNode? registration) => (registration as JsonObject)?["kubeletExtraArgs"] is JsonArray;

    private static JsonObject? OfKind(IEnumerable<JsonObject> documents, string kind) => documents.FirstOrDefault(document => (string?)document["kind"] == kind);
}
