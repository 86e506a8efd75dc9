using System.Text.RegularExpressions;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>A folder is a namespace, and what namespaces know of each other goes one way, within a project and over all of them.</summary>
/// <remarks>Read from the sources: a namespace knows those that its files import, and those above it whose types its files name.</remarks>
public sealed partial class ArrowsBetweenNamespaces
{
    // A namespace may know those before it. Whoever adds one decides here what it may stand on.
    private static readonly string[] Clusters =
    [
        "NodeForge.Clusters.Configuration",
        "NodeForge.Clusters.Planning",
        "NodeForge.Clusters.Kubeadm",
        "NodeForge.Clusters.Nodes",
        "NodeForge.Clusters.Preflight.Host",
        "NodeForge.Clusters.Preflight",
        "NodeForge.Clusters.Diagnostics",
        "NodeForge.Clusters.Images",
        "NodeForge.Clusters.Creation",
        "NodeForge.Clusters.Attempts",
        "NodeForge.Clusters.Trials",
        "NodeForge.Clusters.Lifecycle",
        "NodeForge.Clusters.Upgrading",
        "NodeForge.Clusters",
    ];

    private static readonly IReadOnlyList<SourceText> Sources =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(GoldenFile.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(SourceText.Read)
            .Where(source => source.Namespace.Length > 0),
    ];

    private static readonly ILookup<string, string> Declared = Sources
        .SelectMany(source => source.Types.Select(type => (source.Namespace, Type: type)))
        .ToLookup(pair => pair.Namespace, pair => pair.Type);

    private static readonly ILookup<string, string> Knows = Sources
        .SelectMany(source => Known(source).Select(other => (source.Namespace, Other: other)))
        .Where(arrow => arrow.Namespace != arrow.Other)
        .Distinct()
        .ToLookup(arrow => arrow.Namespace, arrow => arrow.Other);

    // The lowest project gives everybody the words of the house itself; a recipe's model is what its namespace is about.
    [Fact]
    public void A_folder_is_a_namespace() =>
        Assert.Empty(
            Sources
                .Where(source =>
                    source.Project is not ("NodeForge" or "NodeForge.Abstractions")
                    && source.Folder != "NodeForge.Recipes.Model"
                    && source.Namespace != source.Folder
                )
                .Select(source => $"{source.Folder}: {source.Namespace}")
        );

    [Fact]
    public void No_namespaces_know_each_other_neither_directly_nor_by_way_of_others() =>
        Assert.Empty(
            Knows.SelectMany(room =>
                Knows[room.Key].Where(next => Reaches(next, room.Key, [])).Select(next => $"{room.Key} -> {next} -> ... -> {room.Key}")
            )
        );

    [Fact]
    public void The_namespaces_of_clusters_stand_on_each_other_in_one_order()
    {
        Assert.Equal(
            Clusters.Order(),
            Declared.Select(room => room.Key).Where(room => room.StartsWith("NodeForge.Clusters", StringComparison.Ordinal)).Order()
        );
        Assert.Empty(
            from room in Clusters
            from other in Knows[room]
            where Array.IndexOf(Clusters, other) > Array.IndexOf(Clusters, room)
            select $"{room} -> {other}"
        );
    }

    private static bool Reaches(string from, string to, HashSet<string> seen) =>
        from == to || (seen.Add(from) && Knows[from].Any(next => Reaches(next, to, seen)));

    private static IEnumerable<string> Known(SourceText source)
    {
        foreach (string imported in source.Imports.Where(Declared.Contains))
            yield return imported;
        for (int dot = source.Namespace.LastIndexOf('.'); dot > 0; dot = source.Namespace.LastIndexOf('.', dot - 1))
        {
            string above = source.Namespace[..dot];
            if (Declared[above].Except(Declared[source.Namespace]).Any(source.Words.Contains))
                yield return above;
        }
    }

    /// <param name="Project">Its name.</param>
    /// <param name="Folder">As a namespace.</param>
    /// <param name="Namespace">The facade's own is told from that of the lowest project, which has the same.</param>
    private sealed partial record SourceText(
        string Project,
        string Folder,
        string Namespace,
        IReadOnlyList<string> Imports,
        IReadOnlyList<string> Types,
        IReadOnlySet<string> Words
    )
    {
        private const string Facade = "NodeForge";

        public static SourceText Read(string file)
        {
            string[] parts = Path.GetRelativePath(Path.Combine(GoldenFile.Repository, "src"), file).Split('/');
            string text = File.ReadAllText(file);
            string code = Comment().Replace(text, string.Empty);
            string own = Own().Match(text).Groups["name"].Value;
            return new(
                parts[0],
                string.Join('.', parts[..^1]),
                parts[0] == Facade && own.Length > 0 ? own + "!" : own,
                [.. Import().Matches(text).Select(match => match.Groups["name"].Value)],
                [.. Type().Matches(text).Select(match => match.Groups["name"].Value)],
                Word().Matches(code).Select(match => match.Value).ToHashSet()
            );
        }

        [GeneratedRegex(@"^using (?:static )?(?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
        private static partial Regex Import();

        [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
        private static partial Regex Own();

        [GeneratedRegex(
            @"^(?:public |internal )?(?:(?:static|sealed|abstract|partial|readonly|unsafe) )*(?:class|record struct|record|struct|interface|enum) (?<name>\w+)",
            RegexOptions.Multiline | RegexOptions.CultureInvariant
        )]
        private static partial Regex Type();

        [GeneratedRegex(@"[A-Z]\w+", RegexOptions.CultureInvariant)]
        private static partial Regex Word();

        [GeneratedRegex(@"//.*", RegexOptions.CultureInvariant)]
        private static partial Regex Comment();
    }
}
