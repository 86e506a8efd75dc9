using System.Text;
using System.Text.RegularExpressions;
using NodeForge.Recipes.Locks;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

/// <summary>The examples of docs/ are recipes and locks, and are read as such.</summary>
public sealed partial class DocumentationTests : IDisposable
{
    private static readonly string Pages = Path.Combine(RepositoryRoot.Folder, "docs", "recipes");

    private readonly TemporaryFolder folder = new();

    public DocumentationTests()
    {
        foreach (string text in Directory.EnumerateFiles(Pages, "*.md").SelectMany(page => Examples("yaml", page)))
            folder.Write(FirstComment().Match(text).Groups["path"].Value, text);
        folder.Write("recipes/base/greet.sh", "");
        folder.Write("images/example/etc/example.conf", "");
        folder.Write("images/manifests/kindnet.yaml", "");
        File.SetUnixFileMode(folder.Write("images/example-build/build", ""), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public static TheoryData<string, Type> Kinds =>
        new()
        {
            { "recipes/base/example.yaml", typeof(BaseImageRecipe) },
            { "recipes/images/example.yaml", typeof(ContainerImageRecipe) },
            { "recipes/images/example-scheduler.yaml", typeof(ContainerImageRecipe) },
            { "recipes/kubernetes/example.yaml", typeof(KubernetesBuildRecipe) },
            { "recipes/node/example.yaml", typeof(NodeImageRecipe) },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_example_of_each_kind_is_valid(string path, Type kind) => Assert.IsType(kind, RecipeReader.Read(folder[path]));

    [Fact]
    public void Every_example_of_the_pages_is_one_of_these() =>
        Assert.Equal(Kinds.Count, Directory.EnumerateFiles(Pages, "*.md").Sum(page => Examples("yaml", page).Count()));

    [Fact]
    public void The_example_of_the_lock_file_is_as_it_is_written()
    {
        byte[] example = Encoding.UTF8.GetBytes(
            Assert.Single(Examples("json", Path.Combine(RepositoryRoot.Folder, "docs", "lock-file.md")))
        );

        Assert.Equal(
            Encoding.UTF8.GetString(example),
            Encoding.UTF8.GetString(RecipeLockFile.Format(RecipeLockFile.Parse("docs/lock-file.md", example)))
        );
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string> Examples(string language, string page) =>
        CodeBlock()
            .Matches(File.ReadAllText(page))
            .Where(match => match.Groups["language"].Value == language)
            .Select(match => match.Groups["text"].Value);

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\A# (?<path>\S+)$", RegexOptions.Multiline)]
    private static partial Regex FirstComment();
}
