using NodeForge.Images.Debian.Packages;

namespace NodeForge.Images.Debian.Mirrors;

/// <summary>Reads apt's sources in both of their forms. What apt would refuse is skipped: it is apt's to complain about.</summary>
internal static class AptSourceFiles
{
    /// <summary>All enabled entries of <c>sources.list</c> and <c>sources.list.d</c>, in apt's order.</summary>
    public static IReadOnlyList<AptSource> Read(string etcApt)
    {
        string parts = Path.Combine(etcApt, "sources.list.d");
        IEnumerable<string> files = Directory.Exists(parts) ? Directory.GetFiles(parts).Order(StringComparer.Ordinal) : [];
        return [.. files.Prepend(Path.Combine(etcApt, "sources.list")).Where(File.Exists).SelectMany(ReadFile)];
    }

    public static IEnumerable<AptSource> ParseOneLine(IEnumerable<string> lines) => lines.Select(OneLine).OfType<AptSource>();

    public static IEnumerable<AptSource> ParseDeb822(IEnumerable<string> lines) =>
        ControlStanzas.Parse(lines).Select(Stanza).OfType<AptSource>();

    private static IEnumerable<AptSource> ReadFile(string file)
    {
        try
        {
            return Path.GetExtension(file) switch
            {
                ".list" => [.. ParseOneLine(File.ReadLines(file))],
                ".sources" => [.. ParseDeb822(File.ReadLines(file))],
                _ => [],
            };
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // deb [ option=value … ] uri suite component…
    private static AptSource? OneLine(string line)
    {
        string text = line.Split('#', 2)[0];
        string? signedBy = null;
        int open = text.IndexOf('[', StringComparison.Ordinal),
            close = text.IndexOf(']', StringComparison.Ordinal);
        if (open >= 0 && close > open)
        {
            signedBy = Words(text[(open + 1)..close])
                .FirstOrDefault(option => option.StartsWith("signed-by=", StringComparison.OrdinalIgnoreCase))
                ?[10..];
            text = text[..open] + " " + text[(close + 1)..];
        }

        return Words(text) is [("deb" or "deb-src") and var type, var uri, var suite, .. var components]
            ? new([type], [uri], [suite], components, signedBy)
            : null;
    }

    private static AptSource? Stanza(IReadOnlyDictionary<string, string> fields)
    {
        bool disabled = fields.GetValueOrDefault("Enabled") is "no" or "false" or "0" or "off" or "without" or "disable";
        string[] uris = Words(fields.GetValueOrDefault("URIs", ""));
        return disabled || uris.Length == 0
            ? null
            : new(
                Words(fields.GetValueOrDefault("Types", "")),
                uris,
                Words(fields.GetValueOrDefault("Suites", "")),
                Words(fields.GetValueOrDefault("Components", "")),
                fields.GetValueOrDefault("Signed-By")
            );
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
