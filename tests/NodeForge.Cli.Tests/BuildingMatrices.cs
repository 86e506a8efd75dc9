using System.Text.Json;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;
using NodeForge.TestSupport.Golden;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Cli.Tests;

/// <summary><c>matrix lock</c>, <c>plan</c> and <c>build</c>, from the file to what is in a registry.</summary>
public sealed class BuildingMatrices : IDisposable
{
    private readonly CommandRoom room = new();

    public BuildingMatrices()
    {
        Recipe("one", "{path: /etc/one, content: \"1\"}");
        Recipe("two", "{path: /etc/two, content: \"2\"}");
        Recipe("broken", "{path: /usr/bin/kubelet, kubernetesBinary: kubelet}");
        Matrix("[one.yaml, two.yaml]");
    }

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task A_matrix_is_planned_as_it_was_locked()
    {
        CommandRun locked = await room.RunAsync("matrix", "lock", room["all.yaml"]);
        Assert.True(locked.Exit == 0, locked.Error);
        Assert.Equal(["one.lock.json", "two.lock.json"], Directory.GetFiles(room["all.locks"]).Select(Path.GetFileName).Order());
        CommandRun plan = await room.RunAsync("matrix", "plan", room["all.yaml"]);
        Assert.Equal(("", 0), (plan.Error, plan.Exit));
        Assert.Equal(GoldenFile.Expect("tests/NodeForge.Cli.Tests/Golden/matrix-plan.txt", plan.Out), plan.Out);
        Assert.Contains("nothing moved", (await room.RunAsync("matrix", "lock", room["all.yaml"])).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await room.RunAsync("matrix", "lock", room["all.yaml"], "--check")).Exit);
    }

    [Fact]
    public async Task What_was_not_locked_or_changed_since_is_told_for_every_image_with_the_command_that_helps()
    {
        CommandRun run = await room.RunAsync("matrix", "plan", room["all.yaml"], "-o", "json");
        JsonElement[] errors = [.. JsonDocument.Parse(run.Out).RootElement.GetProperty("errors").EnumerateArray()];
        Assert.Equal(["NF2001", "NF2001"], errors.Select(error => error.GetProperty("code").GetString()));
        Assert.All(errors, error => Assert.Equal($"run nodeforge matrix lock {room["all.yaml"]}", error.GetProperty("hint").GetString()));

        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        Recipe("one", "{path: /etc/one, content: \"3\"}");
        Assert.Contains("NF2002", (await room.RunAsync("matrix", "build", room["all.yaml"])).Error, StringComparison.Ordinal);
        CommandRun check = await room.RunAsync("matrix", "lock", room["all.yaml"], "--check");
        Assert.Equal(3, check.Exit);
        Assert.Contains("NF2006", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_image_is_written_under_one_index_for_all_its_platforms()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        CommandRun run = await BuildAsync("--output", $"docker://{registry.Host}/nodes:{{image}}", "-o", "json");
        Assert.True(run.Exit == 0, run.Error + run.Out);
        foreach (string image in (string[])["one", "two"])
        {
            ImageIndex index = ImageDocument.ReadIndex(registry.Manifest("nodes", image)!, new(image));
            Assert.Equal(["linux/amd64", "linux/arm64"], index.Manifests.Select(manifest => manifest.Platform!.ToString()));
            Assert.Contains(
                $"docker://{registry.Host}/nodes:{image}@{Digest.Of(registry.Manifest("nodes", image)!)}",
                run.Out,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task A_cell_that_fails_undoes_no_other_and_its_image_is_written_nowhere()
    {
        Matrix("[one.yaml, broken.yaml]");
        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        CommandRun run = await BuildAsync("--output", $"oci:{room["out"]}/{{image}}", "-o", "json", "-q");
        Assert.Equal(ErrorCodes.TarballIncomplete.ExitCode, (ExitCode)run.Exit);
        JsonElement document = JsonDocument.Parse(run.Out).RootElement;
        Assert.False(document.GetProperty("complete").GetBoolean());
        JsonElement[] images = [.. document.GetProperty("images").EnumerateArray()];
        Assert.Equal($"oci:{room["out"]}/one", Assert.Single(images[0].GetProperty("outputs").EnumerateArray()).GetString());
        Assert.Empty(images[1].GetProperty("outputs").EnumerateArray());
        Assert.All(
            images[1].GetProperty("cells").EnumerateArray(),
            cell => Assert.Equal("NF4209", Assert.Single(cell.GetProperty("problems").EnumerateArray()).GetProperty("code").GetString())
        );
        Assert.True(Directory.Exists(room["out/one"]));
        Assert.False(Directory.Exists(room["out/broken"]));
    }

    [Fact]
    public async Task One_cell_is_built_by_its_name_or_its_number_and_written_nowhere()
    {
        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        string output = $"oci:{room["out"]}/{{image}}";
        CommandRun named = await BuildAsync("--cell", "two:linux/arm64", "--output", output);
        CommandRun numbered = await BuildAsync("--cell", "3", "--output", output);
        Assert.Equal((0, named.Out), (numbered.Exit, numbered.Out));
        Assert.EndsWith("  two linux/arm64\n", named.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(room["out"]));
        CommandRun unknown = await BuildAsync("--cell", "two:linux/arm46");
        Assert.Equal(2, unknown.Exit);
        Assert.Contains("NF7004", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("did you mean two:linux/arm64?", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_machine_takes_everything_from_the_shared_cache_and_its_images_are_the_same()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string cache = $"docker://{registry.Host}/cache";
        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        CommandRun first = await BuildAsync("--cache-from", cache, "--cache-to", cache);
        Assert.True(first.Exit == 0, first.Error);
        int pushed = registry.Requests.Count(request => request.Method == "PUT");
        Directory.Delete(room["cache"], recursive: true);
        CommandRun second = await BuildAsync("--cache-from", cache, "--cache-to", cache);
        Assert.Equal((0, first.Out), (second.Exit, second.Out));
        Assert.Equal(pushed, registry.Requests.Count(request => request.Method == "PUT"));
        Assert.Contains("of the shared cache", second.Error, StringComparison.Ordinal);
        Assert.Contains("NF7010", (await BuildAsync("--cache-from", cache, "--offline")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_the_cache_has_is_not_sent_to_another_repository_of_its_registry()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string cache = $"docker://{registry.Host}/cache";
        string[] shared = ["--cache-from", cache, "--cache-to", cache, "--output", $"docker://{registry.Host}/nodes:{{image}}"];
        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        CommandRun made = await BuildAsync(shared);
        Assert.True(made.Exit == 0, made.Error);
        Sent(registry, "nodes");

        // The cache of this machine has all of it, and so has a machine that takes all of it from there.
        CommandRun known = await BuildAsync([.. shared[..^1], $"docker://{registry.Host}/known:{{image}}"]);
        Assert.True(known.Exit == 0, known.Error);
        Sent(registry, "known");
        Directory.Delete(room["cache"], recursive: true);
        CommandRun taken = await BuildAsync("--cache-from", cache, "--cache-only", "--output", $"docker://{registry.Host}/taken:{{image}}");
        Assert.True(taken.Exit == 0, taken.Error);
        Sent(registry, "taken");

        // A layer of each of two images, for two platforms that have the same; the configs are the repository's own.
        static void Sent(InMemoryRegistry registry, string repository)
        {
            Manifest[] manifests =
            [
                .. ((string[])["one", "two"])
                    .SelectMany(image => ImageDocument.ReadIndex(registry.Manifest(repository, image)!, new(image)).Manifests)
                    .Select(entry => ImageDocument.ReadManifest(registry.Manifest(repository, entry.Digest.ToString())!, new(repository))),
            ];
            string[] uploads =
            [
                .. registry.Requests.Where(request => request.Method == "PUT").Select(request => request.Path + request.Query),
            ];
            foreach (Manifest manifest in manifests)
            {
                Assert.NotNull(registry.Blob(repository, manifest.Layers[0].Digest));
                Assert.DoesNotContain(
                    uploads,
                    path =>
                        path.StartsWith($"/v2/{repository}/", StringComparison.Ordinal)
                        && path.Contains(manifest.Layers[0].Digest.Hex, StringComparison.Ordinal)
                );
            }
        }
    }

    [Fact]
    public async Task Who_makes_nothing_fetches_no_package()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        room.Write(
            "packed.yaml",
            """
            apiVersion: nodeforge.dev/v1alpha1
            kind: ContainerImage
            name: packed
            platforms: [linux/amd64]
            tags: ["example.com/packed:1"]
            debian: {suite: bookworm, packages: [init], extract: [/sbin/init]}
            """
        );
        await room.LockWithAsync("packed.yaml", new LockedPackage("init", "1", "amd64", "bookworm", "pool/i.deb", Digest.Of([1]), 1));
        // Nobody listens at port 1: whoever asked for the package would tell of that.
        HostEnvironment host = HostEnvironment.FromProcess().With("NODEFORGE_DEBIAN_MIRROR", "http://127.0.0.1:1/debian");
        CommandRun run = await CommandRoom.RunAsync(
            terminal: false,
            host,
            "build",
            "container-image",
            room["packed.yaml"],
            "--cache-from",
            $"docker://{registry.Host}/cache",
            "--cache-only",
            "--cache",
            room["cache"]
        );
        Assert.Equal(8, run.Exit);
        Assert.Contains("NF7014", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_that_others_wait_for_fails_where_it_cannot_leave_what_it_made_and_gives_it_the_next_time()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string[] shared = ["--cell", "0", "--cache-to", $"docker://{registry.Host}/cache", "--cache-required"];
        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(403));
        CommandRun refused = await BuildAsync(shared);
        Assert.Equal(4, refused.Exit);
        Assert.Contains("NF7011", refused.Out + refused.Error, StringComparison.Ordinal);
        CommandRun given = await BuildAsync(shared);
        Assert.True(given.Exit == 0, given.Error);
        Assert.Contains("cached", given.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await BuildAsync("--cell", "0", "--cache-from", $"docker://{registry.Host}/cache", "--cache-only")).Exit);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_registry_that_fails_while_images_are_written_leaves_whole_ones_or_none(int status)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await room.RunAsync("matrix", "lock", room["all.yaml"]);
        registry.Fail("/manifests/two", new RegistryFault.Status(status, RetryAfter: "0"), times: 5); // as often as it is asked
        CommandRun run = await BuildAsync("--output", $"docker://{registry.Host}/nodes:{{image}}");
        Assert.Equal(4, run.Exit);
        Assert.NotNull(registry.Manifest("nodes", "one"));
        Assert.Null(registry.Manifest("nodes", "two"));
        CommandRun again = await BuildAsync("--output", $"docker://{registry.Host}/nodes:{{image}}");
        Assert.True(again.Exit == 0, again.Error);
        Assert.Equal(2, ImageDocument.ReadIndex(registry.Manifest("nodes", "two")!, new("two")).Manifests.Count);
    }

    private Task<CommandRun> BuildAsync(params string[] options) => room.RunAsync(["matrix", "build", room["all.yaml"], .. options]);

    private void Recipe(string name, string file) =>
        room.Write(
            name + ".yaml",
            $"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: ContainerImage
            name: {name}
            platforms: [linux/amd64, linux/arm64]
            tags: ["example.com/{name}:1"]
            files: [{file}]
            """
        );

    private void Matrix(string recipes) =>
        room.Write(
            "all.yaml",
            $"apiVersion: nodeforge.dev/v1alpha1\nkind: Matrix\nname: all\nrecipes: {recipes}\nplatforms: [linux/amd64, linux/arm64]\n"
        );
}
