namespace NodeForge.Images.Debian.Packages;

/// <summary>Debian's control files (deb822(5)): fields in stanzas, continued by lines that begin with a blank.</summary>
internal static class ControlStanzas
{
    /// <summary>The stanzas one by one; field names in any case. A field's lines are joined by newlines, their leading blank taken
    /// off.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Parse(IEnumerable<string> lines)
    {
        Dictionary<string, string> stanza = new(StringComparer.OrdinalIgnoreCase);
        string? field = null;
        foreach (string line in lines)
        {
            if (line.StartsWith('#'))
                continue;
            if (string.IsNullOrWhiteSpace(line))
            {
                if (stanza.Count > 0)
                    yield return stanza;
                stanza = new(StringComparer.OrdinalIgnoreCase);
                field = null;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (field is not null)
                    stanza[field] += "\n" + line.Trim();
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon)
            {
                field = line[..colon];
                stanza[field] = line[(colon + 1)..].Trim();
            }
        }

        if (stanza.Count > 0)
            yield return stanza;
    }

    /// <summary>One stanza as text, a newline at its end; it cannot become two.</summary>
    /// <param name="fields">As <see cref="Parse"/> gives them.</param>
    /// <param name="without">Fields to leave out, in any case.</param>
    public static string Text(IReadOnlyDictionary<string, string> fields, params string[] without) =>
        string.Concat(
            fields
                .Where(field => !without.Contains(field.Key, StringComparer.OrdinalIgnoreCase))
                .Select(field => $"{field.Key}: {field.Value.Replace("\n", "\n ", StringComparison.Ordinal)}\n")
        );
}
