using System.Text.Json;
using NodeForge.Clusters.Lifecycle;

namespace NodeForge.Cli.Rendering;

/// <summary>What <c>add node</c> prints.</summary>
internal sealed record AddedDocument(int SchemaVersion, string Name, string Role, string Address)
{
    public static AddedDocument Of(AddedNode node) => new(1, node.Name, node.Role, node.Address);

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.AddedDocument);
}
