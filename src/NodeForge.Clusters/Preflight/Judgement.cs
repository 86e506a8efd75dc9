namespace NodeForge.Clusters.Preflight;

/// <summary>What a check came to.</summary>
/// <param name="Finding">What was found, in a line.</param>
/// <param name="Problems">What is wrong with it, each with its own weight; none when it is fine.</param>
internal sealed record Judgement(string Finding, params IReadOnlyList<Diagnostic> Problems)
{
    /// <summary>Whether there was anything to judge; where not, the finding is the reason.</summary>
    public bool WasLookedAt { get; private init; } = true;

    public static Judgement NotLookedAt(string reason) => new(reason) { WasLookedAt = false };
}
