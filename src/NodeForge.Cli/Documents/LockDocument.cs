using System.Text.Json.Serialization;
using NodeForge.Cli.Rendering;
using NodeForge.Recipes.Locks;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>nodeforge lock</c> prints: what moved.</summary>
internal sealed record LockDocument(string File, string Recipe, int Sources, bool Moved, IReadOnlyList<LockChange> Changes) : Document
{
    [JsonIgnore]
    public string Text { get; init; } = "";

    public override Page ToText() => Page.OfText(Text);

    public static LockDocument Of(LockOutcome outcome)
    {
        int sources = outcome.Lock.Parts.Sum(part => part.Sources.Count);
        bool moved = outcome.Difference is not { IsEmpty: true };
        string text = outcome.Difference switch
        {
            null => $"{outcome.Path}: {Quantity.Of(sources, "source")} locked",
            { IsEmpty: true } => $"{outcome.Path}: nothing moved, {Quantity.Of(sources, "source")}",
            { } difference => $"{outcome.Path}:\n{difference.ToText()}",
        };
        return new(outcome.Path, outcome.Lock.Recipe.ToString(), sources, moved, outcome.Difference?.Changes ?? []) { Text = text };
    }
}
