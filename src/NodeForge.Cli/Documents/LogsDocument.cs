using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>export logs</c> prints: the folder alone, as kind does.</summary>
internal sealed record LogsDocument(string Folder, IReadOnlyList<ExportedNodeLogs> Nodes) : Document
{
    public static LogsDocument Of(ExportedLogs logs) => new(logs.Folder, logs.Nodes);

    public override Page ToText() => Page.Of(Folder);
}

/// <summary>What <c>export kubeconfig</c> prints.</summary>
internal sealed record ExportedDocument(string Kubeconfig, string Context, string ApiServer) : Document
{
    public static ExportedDocument Of(ExportedKubeconfig exported) =>
        new(exported.File, exported.Context, exported.ApiServer.OriginalString);
}
