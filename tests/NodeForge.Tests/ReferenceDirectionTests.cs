using System.Xml.Linq;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>References point downwards only; siblings do not know each other.</summary>
public sealed class ReferenceDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["NodeForge.Abstractions"] = [],
        ["NodeForge.Documents"] = ["NodeForge.Abstractions"],
        ["NodeForge.Oci"] = ["NodeForge.Abstractions"],
        ["NodeForge.Containerd"] = ["NodeForge.Oci"],
        ["NodeForge.Engines"] = ["NodeForge.Oci"],
        ["NodeForge.Kubernetes"] = ["NodeForge.Documents", "NodeForge.Oci"],
        ["NodeForge.Recipes"] = ["NodeForge.Documents", "NodeForge.Kubernetes", "NodeForge.Oci"],
        ["NodeForge.Images"] = ["NodeForge.Recipes", "NodeForge.Containerd", "NodeForge.Engines"],
        ["NodeForge.Clusters"] = ["NodeForge.Documents", "NodeForge.Kubernetes", "NodeForge.Containerd", "NodeForge.Engines"],
        ["NodeForge.Verification"] = ["NodeForge.Containerd", "NodeForge.Documents", "NodeForge.Kubernetes", "NodeForge.Oci"],
        ["NodeForge.Signing"] = ["NodeForge.Oci"],
        ["NodeForge.Bundles"] = ["NodeForge.Oci"],
        ["NodeForge.Matrices"] = ["NodeForge.Images"],
        ["NodeForge"] =
        [
            "NodeForge.Bundles",
            "NodeForge.Images",
            "NodeForge.Clusters",
            "NodeForge.Matrices",
            "NodeForge.Signing",
            "NodeForge.Verification",
        ],
        ["NodeForge.Testing"] = ["NodeForge"],
        ["NodeForge.Aspire.Hosting"] = ["NodeForge.Testing"],
        ["NodeForge.Cli"] = ["NodeForge"],
        ["NodeForge.MSBuild"] = ["NodeForge"],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["NodeForge.Documents"] = ["Tomlyn", "YamlDotNet"],
        ["NodeForge.Engines"] = ["Docker.DotNet.Enhanced"],
        ["NodeForge.Kubernetes"] = ["NuGet.Versioning", "YamlDotNet"],
        ["NodeForge.Oci"] = ["ZstdSharp.Port"],
        ["NodeForge.Aspire.Hosting"] = ["Aspire.Hosting"],
        ["NodeForge.Cli"] = ["System.CommandLine", "Spectre.Console"],
        ["NodeForge.MSBuild"] = ["Microsoft.Build.Framework", "Microsoft.Build.Utilities.Core"],
    };

    public static TheoryData<string> Projects =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(GoldenFile.Repository, "src"), "*.csproj", SearchOption.AllDirectories)
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(),
        ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_lies_below_it(string project)
    {
        Assert.Equal(
            Allowed[project].Order(),
            Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Order()
        );
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_the_packages_of_its_room(string project)
    {
        Assert.Equal(AllowedPackages.GetValueOrDefault(project, []).Order(), Items(project, "PackageReference").Order());
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument
            .Load(Path.Combine(GoldenFile.Repository, "src", project, project + ".csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value);
}
