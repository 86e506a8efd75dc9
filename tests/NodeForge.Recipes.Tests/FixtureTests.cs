using System.Text.RegularExpressions;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

/// <summary>Each file of Fixtures/ is a case: <c>valid-*.yaml</c> is read, <c>invalid-NFxxxx-*.yaml</c> is refused with the text beside
/// it.</summary>
/// <remarks>To take new texts: run the tests with NODEFORGE_ACCEPT=1 and read the difference.</remarks>
public partial class FixtureTests
{
    private static readonly bool Accept = Environment.GetEnvironmentVariable("NODEFORGE_ACCEPT") == "1";

    public static TheoryData<string> Valid { get; } = Cases("valid-*.yaml");

    public static TheoryData<string> Invalid { get; } = Cases("invalid-*.yaml");

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_recipe_is_read(string name)
    {
        Recipe recipe = RecipeReader.Read(Path.Combine(RepositoryRoot.Fixtures, name));

        Assert.NotEmpty(recipe.Platforms);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_recipe_is_refused_with_the_text_beside_it(string name)
    {
        string file = Path.Combine(RepositoryRoot.Fixtures, name);
        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() => RecipeReader.Read(file));
        string text = string.Concat(
            refusal.Diagnostics.Select(problem =>
                problem.ToString().Replace(RepositoryRoot.Fixtures + "/", "", StringComparison.Ordinal) + "\n"
            )
        );
        string golden = Path.ChangeExtension(file, ".txt");
        if (Accept)
            File.WriteAllText(golden, text);

        Assert.Equal(File.ReadAllText(golden), text);
        Assert.Contains(refusal.Diagnostics, problem => problem.Code.Id == Code().Match(name).Value);
        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
    }

    [Fact]
    public void Every_code_of_recipes_has_a_fixture_or_a_test_of_its_own()
    {
        // A file too large, of no file at all or of bytes that are no text is made by a test, not kept.
        string[] made = ["NF1001", "NF1002"];
        IEnumerable<string> codes = ErrorCodes
            .All.Select(code => code.Id)
            .Where(id => string.CompareOrdinal(id, "NF1000") > 0 && string.CompareOrdinal(id, "NF1022") < 0);

        Assert.Empty(codes.Except(made).Except(Files("invalid-*.yaml").Select(name => Code().Match(name).Value)));
    }

    private static TheoryData<string> Cases(string pattern) => [.. Files(pattern)];

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(RepositoryRoot.Fixtures, pattern).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    [GeneratedRegex("NF[0-9]{4}")]
    private static partial Regex Code();
}
