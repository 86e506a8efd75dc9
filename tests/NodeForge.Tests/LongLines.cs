using System.Globalization;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>A line of code has 140 letters at most. What is longer is counted for each project in <c>LongLines.txt</c>, whose numbers only
/// shrink.</summary>
public sealed class LongLines
{
    private const int Most = 140;
    private const string List = "tests/NodeForge.Tests/LongLines.txt";

    [Fact]
    public void No_project_has_more_lines_that_are_too_long_than_it_had()
    {
        SortedDictionary<string, int> counted = new(StringComparer.Ordinal);
        foreach (
            string file in new[] { "src", "tests" }.SelectMany(part =>
                Directory.EnumerateFiles(Path.Combine(GoldenFile.Repository, part), "*.cs", SearchOption.AllDirectories)
            )
        )
        {
            string project = string.Join('/', Path.GetRelativePath(GoldenFile.Repository, file).Split('/').Take(2));
            counted[project] = counted.GetValueOrDefault(project) + File.ReadLines(file).Count(line => line.Length > Most);
        }

        string now = string.Concat(
            counted.Where(pair => pair.Value > 0).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}\n"))
        );
        Dictionary<string, int> before = GoldenFile
            .Expect(List, now)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
        Assert.Empty(
            counted
                .Where(pair => pair.Value > before.GetValueOrDefault(pair.Key))
                .Select(pair => $"{pair.Key}: {pair.Value} lines of more than {Most} letters, not {before.GetValueOrDefault(pair.Key)}")
        );
    }
}
