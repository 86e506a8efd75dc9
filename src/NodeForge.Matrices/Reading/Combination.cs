namespace NodeForge.Matrices.Reading;

/// <summary>One value for each axis, and what an include adds to them.</summary>
internal sealed record Combination(IReadOnlyDictionary<string, string> Values)
{
    public const string Recipe = "recipe";
    public const string Platform = "platform";

    /// <summary>What the recipe is given.</summary>
    public IReadOnlyDictionary<string, string> Parameters =>
        Values.Where(value => value.Key is not (Recipe or Platform)).ToDictionary(StringComparer.Ordinal);

    /// <summary>What is one image whatever its platform.</summary>
    public string ImageKey =>
        string.Join(
            '\0',
            Values
                .Where(value => value.Key != Platform)
                .OrderBy(value => value.Key, StringComparer.Ordinal)
                .Select(value => $"{value.Key}={value.Value}")
        );

    public bool Fits(IEnumerable<KeyValuePair<string, string>> values) =>
        values.All(value => Values.TryGetValue(value.Key, out string? own) && own == value.Value);

    public Combination With(IEnumerable<KeyValuePair<string, string>> more)
    {
        Dictionary<string, string> values = new(Values, StringComparer.Ordinal);
        foreach ((string key, string value) in more)
            values[key] = value;
        return new(values);
    }
}
