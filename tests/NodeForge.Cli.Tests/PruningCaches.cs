using System.Text.Json;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Cli.Tests;

/// <summary><c>cache prune</c> keeps what locks need, here and in a registry, and nothing else.</summary>
public sealed class PruningCaches : IDisposable
{
    private readonly CommandRoom room = new();

    public PruningCaches()
    {
        foreach (string name in (string[])["kept", "dropped"])
            room.Write(
                $"{name}/{name}.yaml",
                $$"""
                apiVersion: nodeforge.dev/v1alpha1
                kind: ContainerImage
                name: {{name}}
                platforms: [linux/amd64]
                tags: ["example.com/{{name}}:1"]
                files: [{path: /etc/{{name}}, content: "{{name}}"}]
                """
            );
    }

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task A_locked_image_is_built_again_without_making_anything_and_another_one_is_made_anew()
    {
        await BuildAsync();
        Assert.True((await PruneAsync("--dry-run")).GetProperty("blobs").GetInt32() > 0);
        Assert.True((await PruneAsync()).GetProperty("blobs").GetInt32() > 0);
        Assert.Equal(0, (await PruneAsync()).GetProperty("records").GetInt32());
        Assert.Contains(
            "cached",
            (await room.RunAsync("build", "container-image", room["kept/kept.yaml"])).Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "cached",
            (await room.RunAsync("build", "container-image", room["dropped/dropped.yaml"])).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_registry_keeps_the_entries_of_locks_and_every_tag_that_is_no_entry()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string cache = $"docker://{registry.Host}/cache";
        await BuildAsync("--cache-to", cache, "--output", $"docker://{registry.Host}/cache:image");
        Assert.Equal(2, Entries(registry).Length);
        Assert.Equal(1, (await PruneAsync("--shared-cache", cache)).GetProperty("entries").GetInt32());
        Assert.Single(Entries(registry));
        Assert.NotNull(registry.Manifest("cache", "image"));
        CommandRun again = await InNewCacheAsync("build", "container-image", room["kept/kept.yaml"], "--cache-from", cache, "--cache-only");
        Assert.True(again.Exit == 0, again.Error);
        CommandRun lost = await InNewCacheAsync(
            "build",
            "container-image",
            room["dropped/dropped.yaml"],
            "--cache-from",
            cache,
            "--cache-only"
        );
        Assert.Equal(8, lost.Exit);
        Assert.Contains("NF7014", lost.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_locks_and_locks_that_were_never_built_here_empty_nothing()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string cache = $"docker://{registry.Host}/cache";
        await BuildAsync("--cache-to", cache);
        CommandRun empty = await room.RunAsync("cache", "prune", "--keep-locks", room["tree"]);
        Assert.Equal(2, empty.Exit);
        Assert.Contains("NF7020", empty.Error, StringComparison.Ordinal);
        CommandRun unknown = await InNewCacheAsync("cache", "prune", "--keep-locks", room["kept"], "--shared-cache", cache);
        Assert.Equal(2, unknown.Exit);
        Assert.Equal(2, Entries(registry).Length);
    }

    private Task<CommandRun> InNewCacheAsync(params string[] args) =>
        CommandRoom.RunAsync(terminal: false, _ => null, [.. args, "--cache", room["new"]]);

    private async Task BuildAsync(params string[] options)
    {
        foreach (string name in (string[])["kept", "dropped"])
        {
            string recipe = room[$"{name}/{name}.yaml"];
            Assert.Equal(0, (await room.RunAsync("lock", recipe)).Exit);
            CommandRun run = await room.RunAsync(["build", "container-image", recipe, .. options]);
            Assert.True(run.Exit == 0, run.Error);
        }
    }

    private async Task<JsonElement> PruneAsync(params string[] options)
    {
        CommandRun run = await room.RunAsync(["cache", "prune", "--keep-locks", room["kept"], "-o", "json", .. options]);
        Assert.True(run.Exit == 0, run.Error + run.Out);
        return JsonDocument.Parse(run.Out).RootElement;
    }

    private static string[] Entries(InMemoryRegistry registry) =>
        [.. registry.Tags("cache").Where(tag => tag.StartsWith("nf-", StringComparison.Ordinal))];
}
