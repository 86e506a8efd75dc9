using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Upgrading;

namespace NodeForge.Cli.Documents;

/// <summary>What the upgrades print: each node and what is done with it, in order.</summary>
internal sealed record UpgradedDocument(string Cluster, string Version, IReadOnlyList<UpgradedNode> Nodes) : Document
{
    public static UpgradedDocument Of(UpgradedCluster upgraded) => new(upgraded.Cluster, upgraded.Version, upgraded.Nodes);

    public override Page ToText()
    {
        if (Nodes.Count == 0)
            return Page.Of("all have this image already");
        Page text = new();
        Columns columns = new();
        foreach (UpgradedNode node in Nodes)
            columns.Add(node.Name, node.Role, $"{node.From} -> {node.To}", string.Join(", ", node.Steps));
        return text.Rows(columns);
    }
}
