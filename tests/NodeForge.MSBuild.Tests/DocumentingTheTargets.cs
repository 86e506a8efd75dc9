using System.Xml.Linq;
using NodeForge.TestSupport.Golden;

namespace NodeForge.MSBuild.Tests;

/// <summary>docs/msbuild.md has every target, property and metadata that the targets know, and the targets have a default for each
/// property.</summary>
public sealed class DocumentingTheTargets
{
    private static readonly XDocument Targets = XDocument.Load(
        Path.Combine(GoldenFile.Repository, "src/NodeForge.MSBuild/build/NodeForge.MSBuild.targets")
    );
    private static readonly string Page = File.ReadAllText(Path.Combine(GoldenFile.Repository, "docs/msbuild.md"));

    [Fact]
    public void Every_target_is_on_the_page() =>
        Assert.Empty(
            Targets
                .Descendants("Target")
                .Select(target => target.Attribute("Name")!.Value)
                .Where(name => name[0] != '_')
                .Where(NotDocumented)
        );

    [Fact]
    public void Every_property_that_is_read_is_on_the_page() =>
        Assert.Empty(
            System
                .Text.RegularExpressions.Regex.Matches(Targets.ToString(), @"\$\((NodeForge\w+)\)")
                .Select(match => match.Groups[1].Value)
                .Distinct()
                .Where(name => name != "NodeForgeTasksFolder")
                .Where(NotDocumented)
        );

    [Fact]
    public void A_target_that_the_page_names_is_there()
    {
        string[] known = [.. Targets.Descendants("Target").Select(target => target.Attribute("Name")!.Value)];
        Assert.Empty(
            System.Text.RegularExpressions.Regex.Matches(Page, @"-t:(NodeForge\w+)").Select(match => match.Groups[1].Value).Except(known)
        );
    }

    [Fact]
    public void Every_task_is_declared_for_both_kinds_of_MSBuild()
    {
        string[] used =
        [
            .. Targets
                .Descendants("Target")
                .Elements()
                .Select(element => element.Name.LocalName)
                .Where(name => name.StartsWith("NodeForge.MSBuild.", StringComparison.Ordinal))
                .Distinct(),
        ];
        ILookup<string, XElement> declared = Targets.Descendants("UsingTask").ToLookup(task => task.Attribute("TaskName")!.Value);
        Assert.Equal(used.Order(), declared.Select(task => task.Key).Order());
        Assert.All(
            declared,
            task => Assert.Equal(["NET"], task.Select(declaration => declaration.Attribute("Runtime")?.Value).OfType<string>())
        );
    }

    private static bool NotDocumented(string name) => !Page.Contains($"`{name}`", StringComparison.Ordinal);
}
