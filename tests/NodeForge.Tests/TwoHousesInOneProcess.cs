using NodeForge.Oci;

namespace NodeForge.Tests;

/// <summary>What a front end hands in is all that a house knows of the machine: two of them with other folders and variables do not
/// mix.</summary>
public sealed class TwoHousesInOneProcess : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-two-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_has_its_own_working_folder_cache_and_times()
    {
        BuildOutcome[] built = await Task.WhenAll(BuildAsync("one", "1700000000"), BuildAsync("two", "1600000000"));

        Assert.Equal(["2023-11-14T22:13:20Z", "2020-09-13T12:26:40Z"], built.Select(outcome => outcome.Images[0].Config.Created));
        Assert.NotEqual(built[0].Images[0].Id, built[1].Images[0].Id);
        foreach ((BuildOutcome outcome, string name) in built.Zip(["one", "two"]))
        {
            Assert.True(File.Exists(Path.Combine(folder, name, "locks", "mine.json")));
            Assert.True(File.Exists(Path.Combine(folder, name, "out", "index.json")));
            Assert.Equal(["oci:out"], outcome.Outputs);
            Digest digest = outcome.Images[0].Id;
            Assert.Equal(
                ["cache", "out"],
                Directory
                    .GetFiles(folder, digest.Hex, SearchOption.AllDirectories)
                    .Select(file => Path.GetRelativePath(Path.Combine(folder, name), file).Split('/')[0])
                    .Order()
            );
        }
    }

    private async Task<BuildOutcome> BuildAsync(string name, string epoch)
    {
        string own = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.Combine(own, "locks"));
        await File.WriteAllTextAsync(
            Path.Combine(own, "image.yaml"),
            $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: ContainerImage
            name: {{name}}
            platforms: [linux/amd64]
            tags: ["registry.test/{{name}}:1"]
            files: [{path: /etc/name, content: "{{name}}"}]
            """
        );
        HostEnvironment host = new()
        {
            Variables = new Dictionary<string, string> { ["NODEFORGE_CACHE"] = "cache", ["SOURCE_DATE_EPOCH"] = epoch },
            WorkingFolder = own,
            Home = own,
            Clock = TimeProvider.System,
        };
        Forge forge = new(ForgeOptions.From(host), SilentReporter.Instance);
        RecipeRequest recipe = new("image.yaml", "locks/mine.json", new Dictionary<string, string>(), []);
        await forge.LockAsync(new LockRequest(recipe), CancellationToken.None);
        return await forge.BuildAsync(
            new BuildRequest(recipe, "ContainerImage") { Offline = true, Outputs = ["oci:out"] },
            CancellationToken.None
        );
    }
}
