using NodeForge.Recipes.Locks;

namespace NodeForge.Tests;

/// <summary>A verb reads its recipe once: whatever becomes of the file afterwards, what was checked is what is built.</summary>
public sealed class ReadingARecipeOnce : IForgeReporter, IDisposable
{
    private const string Text = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: ContainerImage
        name: one
        platforms: [linux/amd64]
        tags: ["registry.test/one:1"]
        files: [{path: /etc/one, content: "1"}]
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-once-").FullName;
    private bool changes;

    private string File => Path.Combine(folder, "one.yaml");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_recipe_that_changes_while_it_is_locked_is_recorded_as_it_was_read()
    {
        await System.IO.File.WriteAllTextAsync(File, Text);
        changes = true;
        LockOutcome outcome = await Forge().LockAsync(new LockRequest(Request) { Record = true }, CancellationToken.None);

        await System.IO.File.WriteAllTextAsync(File, Text);
        changes = false;
        BuildOutcome built = await Forge()
            .BuildAsync(new BuildRequest(Request, "ContainerImage") { Offline = true }, CancellationToken.None);
        Assert.Equal(outcome.Lock.Recipe, RecipeLockFile.Read(outcome.Path, File).Recipe);
        Assert.Equal(RecipeLockFile.Read(outcome.Path, File).Parts[0].Output, Assert.Single(built.Images).Id);
    }

    void IForgeReporter.Report(ForgeEvent happening)
    {
        if (changes)
            System.IO.File.WriteAllText(File, "no recipe any more");
    }

    private RecipeRequest Request => new(File, null, new Dictionary<string, string>(), ["linux/amd64"]);

    private Forge Forge() => new(new ForgeOptions { Host = HostEnvironment.FromProcess(), Cache = Path.Combine(folder, "cache") }, this);
}
