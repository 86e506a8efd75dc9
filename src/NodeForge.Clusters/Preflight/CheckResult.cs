namespace NodeForge.Clusters.Preflight;

/// <summary>A check of the machine and what came of it.</summary>
/// <param name="Name">The check: "engine", "cgroups". It never changes its meaning.</param>
/// <param name="Verdict">The gravest of its problems.</param>
/// <param name="Finding">What was found, in a line; of what was not looked at, the reason.</param>
/// <param name="Problems">What is wrong, each with how to mend it.</param>
public sealed record CheckResult(string Name, CheckVerdict Verdict, string Finding, IReadOnlyList<Diagnostic> Problems);

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
