namespace NodeForge.Recipes.Locks;

/// <param name="Place">Such as <c>$.parts[0].packages[2].path</c>.</param>
/// <param name="What">In one sentence.</param>
/// <param name="Got">What stands there.</param>
/// <param name="Want">What should.</param>
internal sealed record LockProblem(string Place, string What, string? Got, string Want);
