using System.Globalization;

namespace NodeForge.Verification.Reports;

/// <summary>A report as one page that can be handed on: nothing is loaded, nothing runs, no request leaves it.</summary>
public static class HtmlReport
{
    // The policy holds the page to that, whatever an image's texts would like.
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>nodeforge verify</title>
        <style>
        :root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --soft: #59636e; --line: #d6dbe1; --pass: #1a7f37; --warn: #9a6700; --fail: #cf222e; --bar: #0969da; }
        @media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --soft: #8d96a0; --line: #30363d; --pass: #3fb950; --warn: #d29922; --fail: #f85149; --bar: #4493f8; } }
        body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; margin-bottom: .2rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
        p.facts { color: var(--soft); margin: 0; overflow-wrap: anywhere; }
        .passed { color: var(--pass); } .warning { color: var(--warn); } .failed, .missing, .incomplete { color: var(--fail); } .skipped, .optional { color: var(--soft); } .complete { color: var(--pass); }
        .table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th { text-align: left; color: var(--soft); font-weight: 600; }
        td, th { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        td.long { overflow-wrap: anywhere; min-width: 9rem; }
        .finding { border-left: 4px solid var(--fail); margin: .75rem 0; padding: .25rem .75rem; } .finding.warning { border-color: var(--warn); color: inherit; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 .75rem; margin: .25rem 0; } dt { color: var(--soft); } dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
        .bar { background: var(--bar); height: .8rem; border-radius: 2px; min-width: 1px; } td.wide { width: 45%; } td.number { text-align: right; white-space: nowrap; } code { font-family: ui-monospace, monospace; }
        @media (max-width: 40rem) {
        body { margin: 1rem auto; } table, thead, tbody { display: block; } dl { grid-template-columns: 1fr; }
        tr { display: flex; flex-wrap: wrap; gap: 0 .75rem; padding: .35rem 0; border-bottom: 1px solid var(--line); }
        td, th { padding: 0; border: 0; min-width: 0; overflow-wrap: anywhere; } td:first-child { font-weight: 600; }
        td:empty, th:empty { display: none; } td.long, td.wide { flex: 1 0 100%; min-width: 0; }
        }
        </style>
        </head>
        <body>

        """;

    /// <summary>The page.</summary>
    /// <param name="reports">One for each image.</param>
    public static string Write(IReadOnlyList<VerificationReport> reports)
    {
        HtmlText page = new();
        page.Raw(Head);
        foreach (VerificationReport report in reports)
        {
            Summary(page, report);
            Checks(page, report);
            Findings(page, report);
            foreach (ImageDifference difference in report.Differences)
                HtmlDifference.Write(page, difference);
            Closure(page, report);
            Layers(page, report);
            Components(page, report);
        }

        return page.Raw("</body>\n</html>\n").ToString();
    }

    private static void Summary(HtmlText page, VerificationReport report)
    {
        page.Raw("<h1>")
            .Element("span", report.IsSound ? "✓ " : "✗ ", report.IsSound ? "passed" : "failed")
            .Add(report.Image)
            .Raw("</h1>\n");
        page.Element(
            "p",
            $"{(report.KubernetesVersion is { } version ? $"Kubernetes {version}, " : "")}{report.Platform}, image ID {report.ImageId}, manifest {report.Manifest}",
            "facts"
        );
        page.Element(
            "p",
            string.Join(
                ", ",
                report
                    .Checks.GroupBy(static check => check.Verdict)
                    .OrderBy(static group => group.Key)
                    .Select(static group => $"{group.Count()} {Word(group.Key)}")
            ),
            "facts"
        );
    }

    private static void Checks(HtmlText page, VerificationReport report)
    {
        page.Raw("<h2>Checks</h2>\n").Head("group", "check", "verdict", "what was found");
        foreach (CheckResult check in report.Checks)
        {
            page.Raw("<tr>").Element("td", check.Group).Element("td", check.Name);
            page.Raw("<td>")
                .Element("span", Word(check.Verdict), Word(check.Verdict))
                .Raw("</td>")
                .Element("td", check.Summary, "long")
                .Raw("</tr>\n");
        }

        page.EndTable();
    }

    private static void Findings(HtmlText page, VerificationReport report)
    {
        if (!report.Findings.Any())
            return;
        page.Raw("<h2>Findings</h2>\n");
        foreach (Diagnostic finding in report.Findings)
        {
            page.Raw(finding.Severity == Severity.Error ? "<div class=\"finding\">" : "<div class=\"finding warning\">");
            page.Element("code", finding.Code.Id).Add(" " + finding.What).Raw("<dl>");
            foreach (
                (string label, string? value) in new[]
                {
                    ("at", finding.Where?.ToString()),
                    ("got", finding.Got),
                    ("want", finding.Want),
                    ("hint", finding.Hint),
                }
            )
            {
                if (value is not null)
                    page.Element("dt", label).Element("dd", value);
            }

            page.Raw("</dl></div>\n");
        }
    }

    private static void Closure(HtmlText page, VerificationReport report)
    {
        if (report.Closure.Count == 0)
            return;
        page.Raw("<h2>What a cluster asks for</h2>\n").Head("image", "asked for by", "state", "size", "image ID");
        foreach (ClosureEntry entry in report.Closure)
        {
            string state = Word(entry.State);
            page.Raw("<tr>").Element("td", entry.Reference, "long").Element("td", string.Join(", ", entry.AskedBy));
            page.Raw("<td>")
                .Element("span", state, state)
                .Raw("</td>")
                .Element("td", Size(entry.Size), "number")
                .Element("td", entry.ImageId?.ShortHex)
                .Raw("</tr>\n");
        }

        page.EndTable();
    }

    private static void Layers(HtmlText page, VerificationReport report)
    {
        if (report.Layers.Count == 0)
            return;
        long largest = Math.Max(1, report.Layers.Max(static layer => layer.Size));
        page.Raw("<h2>Layers</h2>\n").Head("layer", "", "size", "entries", "diff ID");
        foreach (VerifiedLayer layer in report.Layers)
        {
            double share = 100.0 * layer.Size / largest;
            page.Raw("<tr>")
                .Element("td", layer.Title, "long")
                .Raw(
                    $"<td class=\"wide\"><div class=\"bar\" style=\"width:{share.ToString("0.##", CultureInfo.InvariantCulture)}%\"></div></td>"
                );
            page.Element("td", Size(layer.Size), "number")
                .Element("td", layer.Entries.ToString(CultureInfo.InvariantCulture), "number")
                .Element("td", layer.DiffId.ShortHex)
                .Raw("</tr>\n");
        }

        page.EndTable();
    }

    private static void Components(HtmlText page, VerificationReport report)
    {
        if (report.Components.Count == 0)
            return;
        page.Raw("<h2>Components</h2>\n").Head("name", "version", "origin", "digest");
        foreach (VerifiedComponent component in report.Components.OrderBy(static component => component.Name, StringComparer.Ordinal))
            page.Row(component.Name, component.Version, component.Origin, component.Digest?.ShortHex);
        page.EndTable();
    }

    internal static string Word(CheckVerdict verdict) =>
        verdict switch
        {
            CheckVerdict.Passed => "passed",
            CheckVerdict.Warning => "warning",
            CheckVerdict.Failed => "failed",
            _ => "skipped",
        };

    internal static string Word(ClosureState state) =>
        state switch
        {
            ClosureState.Complete => "complete",
            ClosureState.Incomplete => "incomplete",
            ClosureState.Optional => "optional",
            _ => "missing",
        };

    private static string Size(long bytes) => bytes == 0 ? "" : ByteCount.Show(bytes);
}
