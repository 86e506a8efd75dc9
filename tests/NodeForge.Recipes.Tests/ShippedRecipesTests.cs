using System.Text.RegularExpressions;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

public partial class ShippedRecipesTests
{
    public static TheoryData<string> Recipes { get; } =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(RepositoryRoot.Folder, "recipes"), "*.yaml", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/cluster/", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(RepositoryRoot.Folder, file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Every_shipped_recipe_is_valid(string recipe)
    {
        Recipe read = RecipeReader.Read(Path.Combine(RepositoryRoot.Folder, recipe));

        Assert.Equal(Path.Combine(RepositoryRoot.Folder, recipe), read.File);
        Assert.All(read.LocalInputs, input => Assert.True(Path.Exists(input)));
    }

    [Theory]
    [InlineData("recipes/node/upstream.yaml")]
    [InlineData("recipes/node/kindest.yaml")]
    [InlineData("recipes/node/tree.yaml")]
    [InlineData("recipes/node/debian-v1.20.2.yaml")]
    public void Every_image_of_a_nodes_manifests_is_one_that_it_preloads(string recipe)
    {
        NodeImageRecipe node = Assert.IsType<NodeImageRecipe>(RecipeReader.Read(Path.Combine(RepositoryRoot.Folder, recipe)));
        string manifests = string.Concat(
            new[] { node.Manifests.PodNetwork, node.Manifests.Storage }.OfType<string>().Select(File.ReadAllText)
        );

        Assert.Empty(
            Reference()
                .Matches(manifests)
                .Select(match => match.Groups["reference"].Value)
                .Except(node.Images.SelectMany(image => image.Tags))
        );
        Assert.Contains("would you kindly template this file", File.ReadAllText(node.Manifests.PodNetwork!), StringComparison.Ordinal);
    }

    [Fact]
    public void Upstreams_recipe_serves_any_release()
    {
        NodeImageRecipe node = (NodeImageRecipe)
            RecipeReader.Read(
                Path.Combine(RepositoryRoot.Folder, "recipes/node/upstream.yaml"),
                new Dictionary<string, string> { ["version"] = "v1.34.0", ["base"] = "trixie" }
            );

        Assert.Equal(("upstream-v1.34.0", "v1.34.0", "trixie"), (node.Name, node.Kubernetes.Version, node.Base.Recipe!.Name));
    }

    [Fact]
    public void The_storage_class_runs_its_helpers_under_the_account_that_it_makes()
    {
        string manifest = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "images/manifests/local-path-storage.yaml"));
        string account = Account().Match(manifest).Groups["name"].Value;

        // The program's own default is local-path-provisioner-service-account (main.go of rancher/local-path-provisioner).
        Assert.Equal(account, AccountFlag().Match(manifest).Groups["name"].Value);
        Assert.Equal(account, PodAccount().Match(manifest).Groups["name"].Value);
        Assert.NotEmpty(account);
    }

    [GeneratedRegex(@"kind: ServiceAccount\nmetadata:\n  name: (?<name>\S+)")]
    private static partial Regex Account();

    [GeneratedRegex(@"--service-account-name, (?<name>[^\s,]+),")]
    private static partial Regex AccountFlag();

    [GeneratedRegex(@"serviceAccountName: (?<name>\S+)")]
    private static partial Regex PodAccount();

    [GeneratedRegex(@"(?:image: |--helper-image, "")(?<reference>[^\s""]+)")]
    private static partial Regex Reference();
}
