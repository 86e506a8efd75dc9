namespace NodeForge.Clusters.Preflight;

/// <summary>A check of the machine and what came of it.</summary>
/// <param name="Finding">What was found, in a line; of what was not looked at, the reason.</param>
/// <param name="Problems">What is wrong, each with its own weight and how to mend it; none when it is fine.</param>
public sealed record CheckResult(string Finding, params IReadOnlyList<Diagnostic> Problems)
{
    /// <summary>The check: "engine", "cgroups". It never changes its meaning.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Whether there was anything to judge.</summary>
    public bool WasLookedAt { get; init; } = true;

    /// <summary>The gravest of its problems.</summary>
    public CheckVerdict Verdict =>
        Problems.Any(problem => problem.Severity == Severity.Error) ? CheckVerdict.Error
        : Problems.Count > 0 ? CheckVerdict.Warning
        : WasLookedAt ? CheckVerdict.Fine
        : CheckVerdict.NotLookedAt;

    /// <summary>Of a check that had nothing to look at.</summary>
    /// <param name="reason">Why not.</param>
    public static CheckResult NotLookedAt(string reason) => new(reason) { WasLookedAt = false };
}

public enum CheckVerdict
{
    Fine,

    /// <summary>It cannot be told from here.</summary>
    NotLookedAt,

    /// <summary>A cluster can be made, and may lack something.</summary>
    Warning,

    /// <summary>No cluster can be made.</summary>
    Error,
}

/// <summary>All checks of a machine.</summary>
public sealed record CheckedMachine(IReadOnlyList<CheckResult> Checks)
{
    /// <summary>What stands in the way of a cluster.</summary>
    public IReadOnlyList<Diagnostic> Errors => [.. Problems.Where(problem => problem.Severity == Severity.Error)];

    /// <summary>What a person should know before there is one.</summary>
    public IReadOnlyList<Diagnostic> Warnings => [.. Problems.Where(problem => problem.Severity == Severity.Warning)];

    private IEnumerable<Diagnostic> Problems => Checks.SelectMany(check => check.Problems);
}
