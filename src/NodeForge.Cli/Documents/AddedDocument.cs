using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Lifecycle;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>add node</c> prints.</summary>
internal sealed record AddedDocument(string Name, string Role, string Address) : Document
{
    public override Page ToText() => Page.Of(Name);

    public static AddedDocument Of(AddedNode node) => new(node.Name, node.Role, node.Address);
}
