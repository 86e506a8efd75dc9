using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Judges one thing about an image that was read.</summary>
internal abstract class ImageCheck
{
    public abstract string Group { get; }

    public abstract string Name { get; }

    public CheckResult Judge(ExaminedImage image)
    {
        Findings findings = new();
        Run(image, findings);
        return findings.ToResult(Group, Name);
    }

    protected abstract void Run(ExaminedImage image, Findings findings);
}

/// <summary>What a check found.</summary>
internal sealed class Findings
{
    private readonly List<Diagnostic> problems = [];
    private bool skipped;

    /// <summary>What was looked at and found, in a few words.</summary>
    public string Summary { get; set; } = "";

    public void Add(Diagnostic problem) => problems.Add(problem.Hint is null ? problem with { Hint = problem.Code.Remedy } : problem);

    public void AddRange(IEnumerable<Diagnostic> found)
    {
        foreach (Diagnostic problem in found)
            Add(problem);
    }

    /// <summary>There is nothing to look at.</summary>
    public void Skip(string why)
    {
        skipped = true;
        Summary = why;
    }

    public CheckResult ToResult(string group, string name)
    {
        CheckVerdict verdict =
            problems.Any(static problem => problem.Severity == Severity.Error) ? CheckVerdict.Failed
            : problems.Count > 0 ? CheckVerdict.Warning
            : skipped ? CheckVerdict.Skipped
            : CheckVerdict.Passed;
        return new(group, name, verdict, Summary, problems);
    }
}
