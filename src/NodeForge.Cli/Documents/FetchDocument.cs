namespace NodeForge.Cli.Documents;

/// <summary>What <c>fetch</c> brought everything in for: nothing is printed for people, whom the steps told.</summary>
internal sealed record FetchDocument(string Lock, IReadOnlyList<FetchedPlan> Plans) : Document
{
    public static FetchDocument Of(PlannedRecipe planned) =>
        new(
            planned.LockPath,
            [.. planned.Plans.Select(plan => new FetchedPlan(plan.Name, plan.Platform.ToString(), plan.Digest.ToString()))]
        );
}

internal sealed record FetchedPlan(string Name, string Platform, string Digest);
