using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Preflight;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>doctor</c> prints: a line for each check, and below it what is wrong.</summary>
internal sealed record DoctorDocument(string Verdict, IReadOnlyList<DoctorItem> Checks) : Document
{
    public static DoctorDocument Of(CheckedMachine machine) =>
        new(
            Word(
                machine.Errors.Count > 0 ? CheckVerdict.Error
                : machine.Warnings.Count > 0 ? CheckVerdict.Warning
                : CheckVerdict.Fine
            ),
            [.. machine.Checks.Select(DoctorItem.Of)]
        );

    public override Page ToText() => ToText(null);

    /// <param name="columns">The terminal's; null where lines stay as long as they are.</param>
    public Page ToText(int? columns)
    {
        Page text = new();
        int width = Checks.Max(check => check.Name.Length);
        foreach (DoctorItem check in Checks)
        {
            text.Folded(
                $"{Mark(check.Verdict)} {check.Name.PadRight(width)}  {(check.Verdict == "not-looked-at" ? "not looked at: " : string.Empty)}{check.Finding}",
                columns,
                indent: 4
            );
            foreach (DoctorProblem problem in check.Problems)
                problem.AppendTo(text, columns);
        }

        return text;
    }

    internal static string Word(CheckVerdict verdict) =>
        verdict switch
        {
            CheckVerdict.Fine => "fine",
            CheckVerdict.NotLookedAt => "not-looked-at",
            CheckVerdict.Warning => "warning",
            _ => "error",
        };

    private static string Mark(string verdict) =>
        verdict switch
        {
            "fine" => "✓",
            "error" => "✗",
            "warning" => "!",
            _ => "-",
        };
}

/// <summary>A check and its verdict: fine, not-looked-at, warning or error.</summary>
internal sealed record DoctorItem(string Name, string Verdict, string Finding, IReadOnlyList<DoctorProblem> Problems)
{
    public static DoctorItem Of(CheckResult check) =>
        new(check.Name, DoctorDocument.Word(check.Verdict), check.Finding, [.. check.Problems.Select(DoctorProblem.Of)]);
}

internal sealed record DoctorProblem(string Severity, string Code, string What, ErrorPlace? Where, string? Got, string? Want, string? Hint)
{
    public static DoctorProblem Of(Diagnostic diagnostic) =>
        new(
            diagnostic.Severity == NodeForge.Severity.Error ? "error" : "warning",
            diagnostic.Code.Id,
            diagnostic.What,
            ErrorPlace.Of(diagnostic.Where),
            diagnostic.Got,
            diagnostic.Want,
            diagnostic.Hint
        );

    public void AppendTo(Page text, int? columns = null)
    {
        text.Folded($"    {Severity} {Code}: {What}", columns, indent: 6);
        foreach ((string label, string? value) in new[] { ("at  ", Where?.ToText()), ("got ", Got), ("want", Want), ("hint", Hint) })
        {
            if (value is not null)
                text.Folded($"      {label} {value}", columns, indent: 11);
        }
    }
}
