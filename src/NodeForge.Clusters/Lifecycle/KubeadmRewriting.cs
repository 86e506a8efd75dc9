using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>Makes a new node's kubeadm documents out of an existing node's, so that what the cluster file changed in them holds for it
/// too.</summary>
internal static class KubeadmRewriting
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>.</exception>
    public static async Task<NetworkingConfig> NetworkingAsync(ClusterNode source, CancellationToken cancellationToken)
    {
        JsonNode? networking = (await ReadAsync(source, cancellationToken).ConfigureAwait(false))
            .OfKind("ClusterConfiguration")
            ?["networking"];
        NetworkingConfig defaults = new();
        string services = (string?)networking?["serviceSubnet"] ?? defaults.ServiceSubnet;
        IPFamily family =
            services.Contains(',', StringComparison.Ordinal) ? IPFamily.Dual
            : services.Contains(':', StringComparison.Ordinal) ? IPFamily.IPv6
            : IPFamily.IPv4;
        return defaults with
        {
            Family = family,
            PodSubnet = (string?)networking?["podSubnet"] ?? (defaults with { Family = family }).PodSubnet,
            ServiceSubnet = services,
        };
    }

    /// <summary>The labels that a node was made with.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> LabelsAsync(ClusterNode source, CancellationToken cancellationToken) =>
        LabelsIn(await ReadAsync(source, cancellationToken).ConfigureAwait(false));

    /// <summary>The documents of a node of the plan.</summary>
    public static async Task<KubeadmDocumentSet> ForAsync(
        ClusterPlan plan,
        NodePlan node,
        ClusterNode source,
        CancellationToken cancellationToken
    ) => Rewrite(await ReadAsync(source, cancellationToken).ConfigureAwait(false), plan, node);

    /// <param name="documents">Of a node that is there; they are changed.</param>
    /// <param name="plan">The cluster with the new node.</param>
    /// <param name="node">The new node.</param>
    internal static KubeadmDocumentSet Rewrite(KubeadmDocumentSet documents, ClusterPlan plan, NodePlan node)
    {
        bool wasWorker = documents.OfKind("JoinConfiguration")?["controlPlane"] is null;
        foreach (JsonObject document in documents.Documents)
        {
            if (document["nodeRegistration"] is JsonObject registration)
                Register(registration, plan, node, wasWorker);
            if (document["localAPIEndpoint"] is JsonObject local)
                local["advertiseAddress"] = node.Address.ToString();
        }

        if (documents.OfKind("JoinConfiguration") is not { } join)
            return documents;
        join.Remove("controlPlane");
        if (node.Role == NodeRole.ControlPlane)
            join["controlPlane"] = new JsonObject { ["localAPIEndpoint"] = KubeadmTemplates.LocalEndpoint(node) };
        else if (documents.OfKind("InitConfiguration") is { } init)
            init["nodeRegistration"] = WorkerRegistration.Of(join, HasLists(join["nodeRegistration"]));
        return documents;
    }

    internal static KubeadmDocumentSet Parse(string text, string node)
    {
        try
        {
            KubeadmDocumentSet documents = KubeadmDocumentSet.Parse(text);
            foreach (JsonObject document in documents.Documents)
                Check(document);
            return documents;
        }
        catch (Exception other) when (other is FormatException or InvalidOperationException or InvalidCastException or ArgumentException)
        {
            throw new NodeForgeException(NodeSelection.NotOurs(node, $"{KubeadmFiles.Configuration} is not what NodeForge writes"), other);
        }
    }

    // What is read out of them later has the type that kubeadm's reader would ask for.
    private static void Check(JsonObject document)
    {
        _ = (string?)document["kind"];
        JsonNode? networking = document["networking"];
        _ = ((string?)networking?["serviceSubnet"], (string?)networking?["podSubnet"]);
        JsonNode? arguments = document["nodeRegistration"]?["kubeletExtraArgs"];
        foreach (JsonObject argument in (arguments as JsonArray ?? []).OfType<JsonObject>())
            _ = ((string?)argument["name"], (string?)argument["value"]);
        if (arguments is not JsonArray)
            _ = (string?)arguments?["node-labels"];
    }

    internal static IReadOnlyDictionary<string, string> LabelsIn(KubeadmDocumentSet documents)
    {
        string? text = ExtraArguments.Find(
            documents.OfKind("JoinConfiguration")?["nodeRegistration"]?["kubeletExtraArgs"],
            KubeadmFiles.NodeLabels
        );
        // As the kubelet reads it: NAME=VALUE, divided by commas, the last of a name in effect.
        return (text ?? string.Empty)
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(label => label.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0])
            .ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
    }

    private static async Task<KubeadmDocumentSet> ReadAsync(ClusterNode source, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> files = await source
            .ReadFolderAsync(KubeadmFiles.Configuration, cancellationToken)
            .ConfigureAwait(false);
        return Parse(files.Values.FirstOrDefault() ?? string.Empty, source.Name);
    }

    private static void Register(JsonObject registration, ClusterPlan plan, NodePlan node, bool wasWorker)
    {
        registration["name"] = node.Name;
        bool asLists = HasLists(registration);
        JsonObject own = new(
            KubeadmDocuments.OwnArguments(plan, node).Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)argument.Value))
        );
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
}
