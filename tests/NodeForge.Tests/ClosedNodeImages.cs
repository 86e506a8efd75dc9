using System.Text.Json;
using NodeForge.Oci;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.Verification;

namespace NodeForge.Tests;

/// <summary>A node image is built with everything that its clusters can ask for, or it says of itself that it has not.</summary>
public sealed class ClosedNodeImages : IDisposable
{
    private const string Closed = "  - {image: \"oci:base\", tags: [\"registry.k8s.io/etcd:3.5.15-0\", \"registry.k8s.io/pause:3.10\"]}\n";
    private readonly SmallNode node = new("v1.31.1");

    public void Dispose() => node.Dispose();

    private string Output => $"oci:{node.Folder}/out:1";

    [Fact]
    public async Task What_clusters_would_not_find_is_told_at_once_and_nothing_is_written()
    {
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() => BuildAsync("", allowOpen: false));
        Assert.Equal(["registry.k8s.io/etcd:3.5.15-0", "registry.k8s.io/pause:3.10"], refused.Diagnostics.Select(problem => problem.Want));
        Assert.All(refused.Diagnostics, problem => Assert.Equal(ErrorCodes.ClosureImageMissing, problem.Code));
        Assert.All(refused.Diagnostics, problem => Assert.Contains("--allow-open-closure", problem.Hint, StringComparison.Ordinal));
        Assert.False(Directory.Exists(node.In("out")));
    }

    [Fact]
    public async Task An_image_that_is_open_all_the_same_says_so_and_passes_with_warnings()
    {
        Image image = await BuildAsync("", allowOpen: true);
        Assert.True(RecordOf(image).GetProperty("openClosure").GetBoolean());
        VerificationReport report = Assert.Single(
            await node.Forge().VerifyAsync(ImageTransport.Parse(Output), null, CancellationToken.None)
        );
        Assert.True(report.OpenClosure);
        Diagnostic[] open = [.. report.Findings.Where(finding => finding.Code == ErrorCodes.ClosureImageMissing)];
        Assert.Equal(2, open.Length);
        Assert.All(open, finding => Assert.Equal(Severity.Warning, finding.Severity));
    }

    [Fact]
    public async Task A_closed_image_is_the_same_whether_it_might_be_open_or_not()
    {
        Image image = await BuildAsync(Closed, allowOpen: false);
        Assert.False(RecordOf(image).TryGetProperty("openClosure", out _));
        Assert.Equal(image.Id, (await BuildAsync(Closed, allowOpen: true)).Id);
    }

    [Fact]
    public async Task An_image_held_against_its_recipe_is_the_one_of_the_lock_and_an_open_one_too()
    {
        ImageTransport place = ImageTransport.Parse(Output);
        foreach (string images in new[] { Closed, "" })
        {
            await BuildAsync(images, allowOpen: true);
            IReadOnlyList<VerificationReport> reports = await node.Forge().VerifyAsync(place, null, CancellationToken.None);
            CheckResult check = Assert.Single(await node.Forge().HoldAgainstAsync(node.Request, reports, CancellationToken.None)).Checks[
                ^1
            ];
            Assert.Equal((CheckVerdict.Passed, "reproduction"), (check.Verdict, check.Group));
            check = Assert
                .Single(await node.Forge().RebuildAsync(node.Request, offline: true, place, reports, CancellationToken.None))
                .Checks[^1];
            Assert.Equal(CheckVerdict.Passed, check.Verdict);
            Assert.StartsWith("the same bits as", check.Summary, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_image_of_another_lock_is_told_by_its_plan()
    {
        await BuildAsync(Closed, allowOpen: false);
        IReadOnlyList<VerificationReport> reports = await node.Forge()
            .VerifyAsync(ImageTransport.Parse(Output), null, CancellationToken.None);
        await node.LockAsync("");
        Diagnostic problem = Assert.Single(
            Assert.Single(await node.Forge().HoldAgainstAsync(node.Request, reports, CancellationToken.None)).Checks[^1].Findings
        );
        Assert.Equal(ErrorCodes.RecipeDiffers, problem.Code);
        Assert.StartsWith("plan sha256:", problem.Got, StringComparison.Ordinal);
    }

    private async Task<Image> BuildAsync(string images, bool allowOpen)
    {
        await node.LockAsync(images);
        if (Directory.Exists(node.In("out")))
            Directory.Delete(node.In("out"), recursive: true);
        return await node.BuildAsync(allowOpen, Output);
    }

    private JsonElement RecordOf(Image image)
    {
        using Stream layer = new BlobStore(node.In("cache/blobs")).OpenRead(image.Layers[^1].Descriptor.Digest);
        using TarReader reader = new(layer, "last layer");
        while (reader.Read() is { } entry)
        {
            if (entry.Path == "usr/lib/nodeforge/image.json")
                return JsonDocument.Parse(reader.Content).RootElement.Clone();
        }

        throw new InvalidOperationException("the node says nothing of itself");
    }
}
