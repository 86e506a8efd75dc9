using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using NodeForge.Recipes.Reading;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>What the pages say is so: commands, scripts, files and recipes.</summary>
public sealed partial class DocumentationTests
{
    private const string ReferencePage = "docs/command-line.md";
    private const string ReferenceBegin = "<!-- commands -->\n";
    private const string ReferenceEnd = "<!-- /commands -->\n";

    public static TheoryData<string> Pages => [.. MarkdownPage.Paths];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_of_a_page_is_one_that_the_program_takes(string page)
    {
        RootCommand tree = CommandReference.Tree();
        Assert.Empty(
            new MarkdownPage(page)
                .Commands.Select(command => (command, tree.Parse(CommandLineParser.SplitCommandLine(command).ToArray()).Errors))
                .Where(parsed => parsed.Errors.Count > 0)
                .Select(parsed => $"{parsed.command}: {parsed.Errors[0].Message}")
        );
    }

    [Fact]
    public void The_reference_has_every_command_and_option()
    {
        string page = new MarkdownPage(ReferencePage).Text;
        int begin = page.IndexOf(ReferenceBegin, StringComparison.Ordinal) + ReferenceBegin.Length;
        int end = page.IndexOf(ReferenceEnd, StringComparison.Ordinal);
        string actual = page[..begin] + CommandReference.Write() + page[end..];
        Assert.Equal(actual, GoldenFile.Expect(ReferencePage, actual));
    }

    [Fact]
    public void The_manual_page_has_every_command_and_option()
    {
        string actual = ManualPage.Write();
        Assert.Equal(actual, GoldenFile.Expect("docs/nodeforge.1", actual));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_script_of_a_page_is_there_and_knows_its_arguments(string page)
    {
        Assert.All(
            new MarkdownPage(page).Scripts,
            call =>
            {
                string[] words = call.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                string script = Path.Combine(GoldenFile.Repository, "build", words[0]);
                Assert.True(
                    File.Exists(script) && File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute),
                    $"build/{words[0]} cannot be run"
                );
                string text = File.ReadAllText(script);
                Assert.All(words.Skip(1), word => Assert.Contains($"  {word})", text, StringComparison.Ordinal));
            }
        );
    }

    [Fact]
    public void The_image_that_the_readme_shows_is_the_one_that_the_lock_records()
    {
        string readme = new MarkdownPage("README.md").Text;
        RecipeLock locked = RecipeLockFile.Read(
            Path.Combine(GoldenFile.Repository, "recipes/node/debian-v1.20.2.lock.json"),
            "recipes/node/debian-v1.20.2.yaml"
        );
        LockedPart image = locked.Parts.First(part => part is { Recipe: "debian-v1.20.2.yaml", Platform: "linux/amd64" });
        Assert.Contains($"  image ID  {image.Output}\n", readme, StringComparison.Ordinal);
        Assert.Equal(image.Layers!.Select(layer => layer.ShortHex), LayerLine().Matches(readme).Select(match => match.Groups[1].Value));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_to_a_file_leads_to_one(string page)
    {
        Assert.Empty(new MarkdownPage(page).LinkedFiles.Where(file => !Path.Exists(Path.Combine(GoldenFile.Repository, file))));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_recipe_that_a_page_names_is_there(string page)
    {
        Assert.Empty(new MarkdownPage(page).NamedRecipes.Where(recipe => !File.Exists(Path.Combine(GoldenFile.Repository, recipe))));
    }

    [Fact]
    public void Every_page_of_the_documentation_is_linked_from_the_readme_or_from_a_page_that_is()
    {
        HashSet<string> reached = ["README.md", "CHANGELOG.md"];
        Queue<string> unread = new(["README.md"]);
        while (unread.TryDequeue(out string? page))
        {
            foreach (
                string linked in new MarkdownPage(page).LinkedFiles.Select(Normal).Where(MarkdownPage.Paths.Contains).Where(reached.Add)
            )
                unread.Enqueue(linked);
        }

        Assert.Empty(MarkdownPage.Paths.Except(reached));
    }

    [Fact]
    public void The_recipe_of_the_readme_is_valid()
    {
        // Beside the shipped recipes it could be met by other tests; a recipe may name absolute paths just as well.
        string text = Assert
            .Single(new MarkdownPage("README.md").Blocks("yaml"))
            .Replace("../", Path.Combine(GoldenFile.Repository, "recipes") + "/", StringComparison.Ordinal);
        string folder = Directory.CreateTempSubdirectory("nodeforge-readme-").FullName;
        try
        {
            string file = Path.Combine(folder, "mine.yaml");
            File.WriteAllText(file, text);
            Assert.IsType<NodeImageRecipe>(RecipeReader.Read(file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_page_names_a_package_server_of_the_machine_that_it_was_written_on(string page)
    {
        string text = new MarkdownPage(page).Text;
        Assert.Empty(PackageServers().Where(server => text.Contains(server, StringComparison.OrdinalIgnoreCase)));
    }

    private static string Normal(string path) => Path.GetRelativePath(GoldenFile.Repository, Path.Combine(GoldenFile.Repository, path));

    private static IEnumerable<string> PackageServers()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = ["/etc/apt/sources.list.d", Path.Combine(home, ".nuget/NuGet")];
        return folders
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .Append("/etc/apt/sources.list")
            .Where(File.Exists)
            .SelectMany(file => Address().Matches(File.ReadAllText(file)))
            .Select(match => Uri.TryCreate(match.Value, UriKind.Absolute, out Uri? address) && !address.IsLoopback ? address.Host : null)
            .OfType<string>()
            .Distinct();
    }

    [GeneratedRegex(@"https?://[^\s""'<>\]]+")]
    private static partial Regex Address();

    [GeneratedRegex("^  ([0-9a-f]{12})  .* nodeforge ", RegexOptions.Multiline)]
    private static partial Regex LayerLine();
}
