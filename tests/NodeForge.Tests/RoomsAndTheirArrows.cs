using System.Text.RegularExpressions;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>Inside a project a folder is a room, and what rooms know of each other goes one way.</summary>
public sealed partial class RoomsAndTheirArrows
{
    public static TheoryData<string> Projects => ["NodeForge.Engines", "NodeForge.Images"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_two_rooms_know_each_other_neither_directly_nor_by_way_of_others(string project)
    {
        ILookup<string, string> knows = Files(project).Where(file => file.Folder.Length > 0)
            .SelectMany(file => file.Uses.Select(other => (Room: file.Folder[0], Other: other)))
            .Where(arrow => arrow.Room != arrow.Other).Distinct().ToLookup(arrow => arrow.Room, arrow => arrow.Other);
        Assert.Empty(knows.SelectMany(room => room.Where(other => Reaches(other, room.Key, knows, [])).Select(other => $"{room.Key} -> {other} -> ... -> {room.Key}")));
    }

    private static bool Reaches(string from, string to, ILookup<string, string> knows, HashSet<string> seen) =>
        from == to || (seen.Add(from) && knows[from].Any(next => Reaches(next, to, knows, seen)));

    private static IEnumerable<(string[] Folder, string[] Uses)> Files(string project)
    {
        string root = Path.Combine(GoldenFile.Repository, "src", project);
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(root, file), text = File.ReadAllText(file);
            string[] folder = path.Split('/')[..^1];
            if (folder.FirstOrDefault() is "obj" or "bin")
                continue;
            string[] uses = [.. Using().Matches(text).Select(match => match.Groups["name"].Value).Where(name => name.StartsWith(project + ".", StringComparison.Ordinal)).Select(name => name[(project.Length + 1)..].Split('.')[0])];
            yield return (folder, uses);
        }
    }

    [GeneratedRegex(@"^using (?:static )?(?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Using();
}
