namespace NodeForge.Images.Assembly.Contents;

/// <summary>What a unit file says of its installation (systemd.unit(5), "[Install] Section Options").</summary>
/// <param name="Links">The links that enabling makes, below etc/systemd/system.</param>
/// <param name="Also">Units that are enabled and disabled with it.</param>
/// <param name="NeedsInstance">It is a template of which no instance is named.</param>
internal sealed record InstallSection(IReadOnlyList<string> Links, IReadOnlyList<string> Also, bool NeedsInstance)
{
    /// <param name="unit">The unit's name, an instance's with its instance.</param>
    /// <param name="text">Its file.</param>
    public static InstallSection Read(string unit, string text)
    {
        ILookup<string, string> words = Words(text).ToLookup(pair => pair.Key, pair => pair.Word, StringComparer.Ordinal);
        int at = unit.IndexOf("@.", StringComparison.Ordinal);
        string? instance = at < 0 ? null : words["DefaultInstance"].LastOrDefault();
        if (at >= 0 && instance is not null)
            unit = unit.Insert(at + 1, instance);
        bool needsInstance = at >= 0 && instance is null;
        string[] links =
        [
            .. words["WantedBy"].Select(target => $"{Expand(target, unit)}.wants/{unit}"),
            .. words["RequiredBy"].Select(target => $"{Expand(target, unit)}.requires/{unit}"),
            .. words["Alias"].Select(name => Expand(name, unit)),
        ];
        return new(needsInstance ? [] : links, [.. words["Also"].Select(name => Expand(name, unit))], needsInstance);
    }

    private static IEnumerable<(string Key, string Word)> Words(string text)
    {
        bool install = false;
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.StartsWith('['))
                install = line == "[Install]";
            if (!install || line.StartsWith('#') || line.StartsWith(';') || line.Split('=', 2) is not [string key, string value])
                continue;
            foreach (string word in value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                yield return (key.Trim(), word);
        }
    }

    // The specifiers that installing a unit is about: its name, its prefix, its instance.
    private static string Expand(string text, string unit)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        string name = unit[..unit.LastIndexOf('.')];
        string[] parts = name.Split('@', 2);
        return text.Replace("%n", unit, StringComparison.Ordinal)
            .Replace("%N", name, StringComparison.Ordinal)
            .Replace("%p", parts[0], StringComparison.Ordinal)
            .Replace("%i", parts.Length > 1 ? parts[1] : "", StringComparison.Ordinal);
    }
}
