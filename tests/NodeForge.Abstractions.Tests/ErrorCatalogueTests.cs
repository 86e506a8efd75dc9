using System.Text;
using System.Text.RegularExpressions;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Abstractions.Tests;

public sealed partial class ErrorCatalogueTests
{
    [Fact]
    public void Every_code_is_documented_in_the_error_catalogue()
    {
        StringBuilder page = new();
        page.Append(
            """
            # Errors

            Every message begins with a code: `NF3002: what · where · got and want · how to mend it`. The first digit is the stage. The process returns the exit code.
            This page is written from the catalogue in the source; a test holds the two together.

            | exit code | meaning |
            | --- | --- |
            | 1 | a bug in NodeForge |
            | 2 | the command line, a recipe, a lock or a cluster file is wrong |
            | 3 | bytes are not what they should be, or a lock is stale |
            | 4 | a server or a registry failed or refused |
            | 5 | this machine lacks something |
            | 6 | a build step failed |
            | 7 | a cluster did not come up |
            | 8 | somebody else is using it |
            | 126, 127 | `nodeforge exec NODE`: the program cannot be run, or is not there |
            | 130, 143 | stopped by Ctrl-C or SIGTERM |

            | code | exit | when | what helps |
            | --- | --- | --- | --- |

            """
        );
        foreach (ErrorCode code in ErrorCodes.All)
            page.Append($"| {code.Id} | {(int)code.ExitCode} | {code.Title.Replace("|", "\\|")} | {code.Remedy.Replace("|", "\\|")} |\n");
        Assert.Equal(page.ToString(), GoldenFile.Expect("docs/errors.md", page.ToString()));
    }

    [Fact]
    public void Every_code_is_in_the_catalogue() =>
        Assert.Equal(Names().Select(pair => pair.Id).Order(StringComparer.Ordinal), ErrorCodes.All.Select(code => code.Id));

    [Fact]
    public void No_two_codes_share_an_id()
    {
        Assert.Empty(ErrorCodes.All.GroupBy(code => code.Id).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void Every_code_has_the_form_NF_and_four_digits()
    {
        Assert.All(ErrorCodes.All, code => Assert.Matches(IdForm(), code.Id));
    }

    [Fact]
    public void Every_code_is_the_subject_of_a_test()
    {
        string tests = string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(GoldenFile.Repository, "tests"), "*", SearchOption.AllDirectories)
                .Where(file =>
                    Path.GetExtension(file) is ".cs" or ".yaml" or ".txt"
                    && !file.EndsWith("ErrorCatalogueTests.cs", StringComparison.Ordinal)
                )
                .Select(file => Path.GetFileName(file) + "\n" + File.ReadAllText(file) + "\n")
        );
        string[] untested =
        [
            .. Names()
                .Where(pair => !tests.Contains($"ErrorCodes.{pair.Field}") && !tests.Contains(pair.Id))
                .Select(pair => $"{pair.Id} {pair.Field}"),
        ];
        Assert.Empty(untested);
    }

    private static IEnumerable<(string Field, string Id)> Names() =>
        typeof(ErrorCodes)
            .GetFields()
            .Where(field => field.FieldType == typeof(ErrorCode))
            .Select(field => (field.Name, ((ErrorCode)field.GetValue(null)!).Id));

    [GeneratedRegex(@"^NF\d{4}$")]
    private static partial Regex IdForm();
}
