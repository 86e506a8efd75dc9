using System.Text.RegularExpressions;

namespace NodeForge.Images.Debian.Apt;

/// <summary>apt's answers to simulations, taken apart.</summary>
internal static partial class AptAnswers
{
    /// <summary><c>Inst name [old] (version Label:release/suite [arch])</c> and <c>Remv name [old]</c>.</summary>
    public static (IReadOnlyList<ChosenPackage> Installed, IReadOnlySet<string> Removed) Simulation(string output)
    {
        List<ChosenPackage> installed = [];
        HashSet<string> removed = new(StringComparer.Ordinal);
        foreach (string line in output.Split('\n'))
        {
            if (Install().Match(line) is { Success: true } chosen)
                installed.Add(new(chosen.Groups["name"].Value, chosen.Groups["version"].Value, chosen.Groups["arch"].Value));
            else if (Remove().Match(line) is { Success: true } gone)
                removed.Add(gone.Groups["name"].Value);
        }

        return (installed, removed);
    }

    /// <summary><c>'URI' file size hash</c>: the file names, as in the archive.</summary>
    public static IEnumerable<string> PrintedFiles(string output) =>
        output
            .Split('\n')
            .Select(line => Printed().Match(line))
            .Where(match => match.Success)
            .Select(match => Uri.UnescapeDataString(match.Groups["file"].Value));

    /// <summary>Names that apt says it does not know.</summary>
    public static IReadOnlyList<string> Unknown(string error) =>
        [.. Unlocated().Matches(error).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(
        @"^Inst (?<name>[^\s:]+)(:\S+)? (\[[^\]]*\] )?\((?<version>\S+) .*\[(?<arch>[a-z0-9-]+)\]\)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Install();

    [GeneratedRegex(@"^(Remv|Purg) (?<name>[^\s:]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Remove();

    [GeneratedRegex(@"^'[^']+' (?<file>\S+) \d+ \S*", RegexOptions.CultureInvariant)]
    private static partial Regex Printed();

    [GeneratedRegex(
        @"^E: (Unable to locate (source )?package |Unable to find a source package for |Package '?|Can't select (candidate )?version from package '?)(?<name>[^\s']+)",
        RegexOptions.CultureInvariant | RegexOptions.Multiline
    )]
    private static partial Regex Unlocated();
}

/// <summary>A package as apt chose it.</summary>
internal sealed record ChosenPackage(string Name, string Version, string Architecture);
