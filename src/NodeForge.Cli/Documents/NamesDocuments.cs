using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>delete</c> removed.</summary>
internal sealed record DeletedDocument(IReadOnlyList<string> Deleted) : Document;

/// <summary>Clusters by their names.</summary>
internal sealed record ClustersDocument(IReadOnlyList<string> Clusters) : Document
{
    public override Page ToText() => Page.Of(Clusters);
}

/// <summary>Nodes by their names.</summary>
internal sealed record NodeNamesDocument(IReadOnlyList<string> Nodes) : Document
{
    public override Page ToText() => Page.Of(Nodes);
}

/// <summary>The kubeconfig that <c>get kubeconfig</c> prints, in a list of one.</summary>
internal sealed record KubeconfigDocument(IReadOnlyList<string> Kubeconfig) : Document
{
    public override Page ToText() => Page.OfText(Kubeconfig[0]);
}

/// <summary>What <c>version</c> prints.</summary>
internal sealed record VersionDocument(string Version) : Document
{
    public override Page ToText() => Page.Of("nodeforge " + Version);
}

/// <summary>What <c>completion</c> prints.</summary>
internal sealed record CompletionDocument(string Shell, string Script) : Document
{
    public override Page ToText() => Page.OfText(Script);
}
