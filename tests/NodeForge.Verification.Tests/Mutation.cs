namespace NodeForge.Verification.Tests;

/// <summary>One thing that is wrong with a node image, and how a report has to tell of it.</summary>
/// <param name="Name">In a few words.</param>
/// <param name="Code">What it has to be told by.</param>
/// <param name="Culprit">What the finding has to name.</param>
/// <param name="Spoil">Does it.</param>
internal sealed record Mutation(string Name, ErrorCode Code, string Culprit, Action<NodeImageBuilder> Spoil);
