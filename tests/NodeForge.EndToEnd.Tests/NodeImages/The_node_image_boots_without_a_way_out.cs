using System.Text.Json.Nodes;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>The node image is proven by booting it: in a network of its own without a way out it becomes a cluster, and asks nobody outside
/// for anything.</summary>
[Collection(NodeImageCollection.Name)]
public sealed class The_node_image_boots_without_a_way_out(NodeImage node)
{
    [Fact]
    public async Task It_becomes_Ready_asks_nobody_and_leaves_nothing()
    {
        ProgramRun run = await ProgramRun.TryAsync(
            Checkout.NodeForge("verify", $"oci:{node.Layout}:test", "--boot", "--cache", Checkout.Cache, "-o", "json")
        );
        JsonNode image = JsonNode.Parse(run.Succeeded().Output)!["images"]![0]!;
        Dictionary<string, string> verdicts = image["checks"]!
            .AsArray()
            .Where(check => check!["group"]!.GetValue<string>() == "boot")
            .ToDictionary(check => check!["name"]!.GetValue<string>(), check => $"{check!["verdict"]}: {check["summary"]}");
        Assert.All(verdicts.Values, verdict => Assert.StartsWith("passed", verdict, StringComparison.Ordinal));
        Assert.Equal(5, verdicts.Count);
        Assert.Equal("passed: nothing", verdicts["what it tried to reach"]);

        Assert.DoesNotContain(
            "nf-trial",
            await ProgramRun.OutputAsync("docker", "ps", "--all", "--format", "{{.Names}}"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "nf-trial",
            await ProgramRun.OutputAsync("docker", "network", "ls", "--format", "{{.Name}}"),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "nodeforge.local/trial",
            await ProgramRun.OutputAsync("docker", "images", "--format", "{{.Repository}}"),
            StringComparison.Ordinal
        );
    }
}
