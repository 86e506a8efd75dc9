using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Kubernetes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Cli.Rendering;

/// <summary>What <c>nodeforge lock</c> prints: what moved.</summary>
internal sealed record LockDocument(int SchemaVersion, string File, string Recipe, int Sources, bool Moved, IReadOnlyList<LockChange> Changes)
{
    [JsonIgnore]
    public string Text { get; init; } = "";

    public static LockDocument Of(LockOutcome outcome)
    {
        int sources = outcome.Lock.Parts.Sum(part => part.Packages.Count + part.Files.Count + part.Images.Count);
        bool moved = outcome.Difference is not { IsEmpty: true };
        string text = outcome.Difference switch
        {
            null => $"{outcome.Path}: {sources} sources locked",
            { IsEmpty: true } => $"{outcome.Path}: nothing moved, {sources} sources",
            { } difference => $"{outcome.Path}:\n{difference.ToText()}",
        };
        return new(1, outcome.Path, outcome.Lock.Recipe.ToString(), sources, moved, outcome.Difference?.Changes ?? []) { Text = text };
    }

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.LockDocument);
}
