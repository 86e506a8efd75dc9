using System.Text.Json;
using System.Text.RegularExpressions;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Disturbances;

/// <summary>No network and no content, or a lock that is not of this recipe.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class Without_what_a_build_needs(NodeImage node) : IDisposable
{
    private const int NetworkExit = 4;
    private const int VerificationExit = 3;
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-without-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // In a network namespace of its own not even loopback is up: whoever connects, fails with another code.
    [Fact]
    public async Task Offline_and_with_an_empty_cache_it_names_all_that_is_missing()
    {
        ProgramRun run = await ProgramRun.TryAsync([
            "unshare",
            "--net",
            .. Checkout.NodeForge(
                "build",
                "node-image",
                Checkout.NodeRecipe,
                "--lock",
                Checkout.NodeLock,
                "--cache",
                Path.Combine(folder, "cache"),
                "--offline"
            ),
        ]);
        run.Returned(NetworkExit);
        string[] codes = [.. Regex.Matches(run.Error, @"\berror (NF\d{4})\b").Select(static match => match.Groups[1].Value)];
        Assert.Equal(["NF3002"], codes.Distinct());
        Assert.Equal(LockedDigests().Distinct().Count(), codes.Length);
    }

    [Fact]
    public async Task Offline_and_with_all_in_the_cache_it_builds_the_same_image()
    {
        ProgramRun run = await ProgramRun.TryAsync([
            "unshare",
            "--net",
            .. Checkout.NodeForge(
                "build",
                "node-image",
                Checkout.NodeRecipe,
                "--lock",
                Checkout.NodeLock,
                "--cache",
                Checkout.Cache,
                "--offline",
                "-o",
                "json"
            ),
        ]);
        Assert.Equal(node.Product.ImageId, BuiltProduct.Read(run.Succeeded().Output).ImageId);
    }

    [Fact]
    public async Task A_lock_from_before_the_recipe_changed_is_refused_with_the_command_to_run()
    {
        foreach (string part in new[] { "recipes", "images" })
            await ProgramRun.OutputAsync("cp", "--recursive", Path.Combine(Checkout.Root, part), Path.Combine(folder, part));
        string recipe = Path.Combine(folder, "recipes/node/debian-v1.20.2.yaml");
        await File.AppendAllTextAsync(recipe, "  test.nodeforge/label: changed\n");
        ProgramRun run = await ProgramRun.TryAsync(
            Checkout.NodeForge("build", "node-image", recipe, "--lock", Checkout.NodeLock, "--cache", Checkout.Cache)
        );
        run.Returned(VerificationExit);
        Assert.Contains("NF2002", run.Error, StringComparison.Ordinal);
        Assert.Contains($"nodeforge lock {recipe}", run.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> LockedDigests()
    {
        using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(Checkout.NodeLock));
        foreach (
            JsonElement part in locked
                .RootElement.GetProperty("parts")
                .EnumerateArray()
                .Where(static part => part.GetProperty("platform").GetString() == Checkout.Platform)
        )
        {
            foreach (
                JsonElement item in new[] { "packages", "files" }.SelectMany(name =>
                    part.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray().ToArray() : []
                )
            )
                yield return item.GetProperty("digest").GetString()!;
        }
    }
}
