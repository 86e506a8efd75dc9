using FsCheck;
using FsCheck.Fluent;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

public sealed class ReaderFuzzTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Any_bytes_are_read_or_refused_with_a_code()
    {
        string file = folder["random.yaml"];
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>(),
                bytes =>
                {
                    File.WriteAllBytes(file, bytes);
                    ReadOrRefuse(file);
                }
            )
        );
    }

    [Fact]
    public void Any_words_of_YAML_are_read_or_refused_with_a_code()
    {
        string[] words =
        [
            "\n",
            "\n  ",
            "\n    ",
            "\t",
            " ",
            "- ",
            "? ",
            ": ",
            "a",
            "kind",
            "&a ",
            "*a",
            "[",
            "]",
            "{",
            "}",
            ",",
            "\"",
            "'",
            "|",
            ">",
            "#",
            "!",
            "!!str ",
            "%YAML 1.2\n",
            "---\n",
            "...\n",
            "\r",
            "\u0085",
            "é",
            "\\",
            "@",
            "`",
            "<<",
            "~",
            "-1",
            "+",
            "1e9",
            ".inf",
        ];
        string file = folder["words.yaml"];
        Gen<string> text = Gen.Elements(words).ListOf().Select(string.Concat);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2_000),
            Prop.ForAll(
                text.ToArbitrary(),
                yaml =>
                {
                    File.WriteAllText(file, yaml);
                    ReadOrRefuse(file);
                }
            )
        );
    }

    [Fact]
    public void Any_change_to_a_valid_recipe_is_read_or_refused_with_a_code()
    {
        string[] valid = Directory.GetFiles(RepositoryRoot.Fixtures, "valid-*.yaml");
        string file = folder["changed.yaml"];
        Gen<byte[]> changed =
            from original in Gen.Elements(valid).Select(File.ReadAllBytes)
            from cuts in Gen.Choose(0, original.Length - 1).Two()
            from inserted in ArbMap.Default.GeneratorFor<byte[]>()
            let start = Math.Min(cuts.Item1, cuts.Item2)
            let end = Math.Min(Math.Max(cuts.Item1, cuts.Item2), start + 8)
            select (byte[])[.. original[..start], .. inserted, .. original[end..]];
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2_000),
            Prop.ForAll(
                changed.ToArbitrary(),
                bytes =>
                {
                    File.WriteAllBytes(file, bytes);
                    ReadOrRefuse(file);
                }
            )
        );
    }

    public void Dispose() => folder.Dispose();

    private static void ReadOrRefuse(string file)
    {
        try
        {
            RecipeReader.Read(file);
        }
        catch (NodeForgeException refusal)
        {
            Assert.All(refusal.Diagnostics, problem => Assert.Equal(file, problem.Where!.Resource));
            Assert.DoesNotContain(ErrorCodes.Bug, refusal.Diagnostics.Select(problem => problem.Code));
        }
    }
}
