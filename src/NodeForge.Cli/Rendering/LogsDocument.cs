using System.Text.Json;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Cli.Rendering;

/// <summary>What <c>export logs</c> prints: the folder alone, as kind does.</summary>
internal sealed record LogsDocument(int SchemaVersion, string Folder, IReadOnlyList<ExportedNodeLogs> Nodes)
{
    public static LogsDocument Of(ExportedLogs logs) => new(1, logs.Folder, logs.Nodes);

    public Page ToText() => Page.Of(Folder);

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.LogsDocument);
}

/// <summary>What <c>export kubeconfig</c> prints.</summary>
internal sealed record KubeconfigDocument(int SchemaVersion, string Kubeconfig, string Context, string ApiServer)
{
    public static KubeconfigDocument Of(ExportedKubeconfig exported) => new(1, exported.File, exported.Context, exported.ApiServer.OriginalString);

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.KubeconfigDocument);
}
