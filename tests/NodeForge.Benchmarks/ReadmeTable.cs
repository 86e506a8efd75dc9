namespace NodeForge.Benchmarks;

/// <summary>A table between its marks in README.md.</summary>
internal static class ReadmeTable
{
    /// <exception cref="BenchmarkException">The marks are not there.</exception>
    public static void Update(string readme, string name, string table)
    {
        string beginMark = $"<!-- benchmarks: {name} -->",
            endMark = $"<!-- /benchmarks: {name} -->";
        string text = File.ReadAllText(readme);
        int begin = text.IndexOf(beginMark, StringComparison.Ordinal);
        int end = text.IndexOf(endMark, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new BenchmarkException($"{readme} has no {beginMark} … {endMark}");
        File.WriteAllText(readme, $"{text[..(begin + beginMark.Length)]}\n{table}\n{text[end..]}");
    }
}
