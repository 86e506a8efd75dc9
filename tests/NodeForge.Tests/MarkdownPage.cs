using System.Text.RegularExpressions;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>A page of the repository, and what in it can be held against the program.</summary>
internal sealed partial class MarkdownPage(string path)
{
    private const string Command = "nodeforge ";
    private const string FromSource = "./build/nodeforge ";

    /// <summary>From the repository's root, of every page that people read.</summary>
    public static IEnumerable<string> Paths =>
        Directory
            .EnumerateFiles(GoldenFile.Repository, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(GoldenFile.Repository, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(GoldenFile.Repository, file))
            .Order(StringComparer.Ordinal);

    public string Text { get; } = File.ReadAllText(Path.Combine(GoldenFile.Repository, path));

    /// <summary>What follows <c>nodeforge</c> in code, in the text and in blocks.</summary>
    public IEnumerable<string> Commands =>
        CodeLines
            .Select(line =>
                line.StartsWith(FromSource, StringComparison.Ordinal) ? line[FromSource.Length..]
                : line.StartsWith(Command, StringComparison.Ordinal) ? line[Command.Length..]
                : null
            )
            .OfType<string>();

    /// <summary>Calls of the repository's own scripts: name and arguments.</summary>
    public IEnumerable<string> Scripts =>
        CodeLines
            .Where(line => line.StartsWith("./build/", StringComparison.Ordinal) && !line.StartsWith(FromSource, StringComparison.Ordinal))
            .Select(line => line["./build/".Length..]);

    /// <summary>Targets of links to other files of the repository, from the repository's root.</summary>
    public IEnumerable<string> LinkedFiles =>
        Link()
            .Matches(Text)
            .Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal))
            .Select(target => Path.Combine(Path.GetDirectoryName(path)!, target));

    /// <summary>Recipes that are named, without those that the page itself writes out.</summary>
    public IEnumerable<string> NamedRecipes =>
        RecipePath().Matches(Text).Select(match => match.Value).Except(Blocks("yaml").Select(TitleOf));

    public IEnumerable<string> Blocks(string language) =>
        CodeBlock().Matches(Text).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value);

    private IEnumerable<string> CodeLines =>
        Blocks("sh")
            .SelectMany(text => text.Split('\n'))
            .Concat(Span().Matches(CodeBlock().Replace(Text, "")).Select(match => match.Groups["text"].Value))
            .Select(line => line.Split(" #")[0].Trim());

    // A block's first line names the file that it shows.
    private static string TitleOf(string block) => block.Split('\n')[0].TrimStart('#', ' ');

    [GeneratedRegex("^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`(?<text>[^`\n]+)`")]
    private static partial Regex Span();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\brecipes/[\w./-]+\.(yaml|lock\.json)\b")]
    private static partial Regex RecipePath();
}
