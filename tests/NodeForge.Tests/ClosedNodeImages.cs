using System.Text.Json;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Upstream;
using NodeForge.Verification;

namespace NodeForge.Tests;

/// <summary>A node image is built with everything that its clusters can ask for, or it says of itself that it has not.</summary>
public sealed class ClosedNodeImages : IDisposable
{
    private const string Version = "v1.31.1";
    private const string Closed =
        "      - {image: \"oci:base\", tags: [\"registry.k8s.io/etcd:3.5.15-0\", \"registry.k8s.io/pause:3.10\"]}\n";
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-closed-").FullName;

    public ClosedNodeImages()
    {
        ImageFiles.In("oci", "registry.test/base:1", "base").Write(Path.Combine(folder, "base"));
        File.WriteAllBytes(Path.Combine(folder, "server.tar.gz"), ServerRelease.Tarball(Version));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_clusters_would_not_find_is_told_at_once_and_nothing_is_written()
    {
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() => BuildAsync("", allowOpen: false));
        Assert.Equal(["registry.k8s.io/etcd:3.5.15-0", "registry.k8s.io/pause:3.10"], refused.Diagnostics.Select(problem => problem.Want));
        Assert.All(refused.Diagnostics, problem => Assert.Equal(ErrorCodes.ClosureImageMissing, problem.Code));
        Assert.All(refused.Diagnostics, problem => Assert.Contains("--allow-open-closure", problem.Hint, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(folder, "out")));
    }

    [Fact]
    public async Task An_image_that_is_open_all_the_same_says_so_and_passes_with_warnings()
    {
        Image image = await BuildAsync("", allowOpen: true);
        Assert.True(RecordOf(image).GetProperty("openClosure").GetBoolean());
        VerificationReport report = Assert.Single(
            await Forge().VerifyAsync(ImageTransport.Parse($"oci:{folder}/out:1"), null, CancellationToken.None)
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
        ImageTransport place = ImageTransport.Parse($"oci:{folder}/out:1");
        foreach (string images in new[] { Closed, "" })
        {
            await BuildAsync(images, allowOpen: true);
            IReadOnlyList<VerificationReport> reports = await Forge().VerifyAsync(place, null, CancellationToken.None);
            CheckResult check = Assert.Single(await Forge().HoldAgainstAsync(Request, reports, CancellationToken.None)).Checks[^1];
            Assert.Equal((CheckVerdict.Passed, "reproduction"), (check.Verdict, check.Group));
            check = Assert.Single(await Forge().RebuildAsync(Request, offline: true, place, reports, CancellationToken.None)).Checks[^1];
            Assert.Equal(CheckVerdict.Passed, check.Verdict);
            Assert.StartsWith("the same bits as", check.Summary, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_image_of_another_lock_is_told_by_its_plan()
    {
        await BuildAsync(Closed, allowOpen: false);
        IReadOnlyList<VerificationReport> reports = await Forge()
            .VerifyAsync(ImageTransport.Parse($"oci:{folder}/out:1"), null, CancellationToken.None);
        await WriteAsync("");
        await Forge().LockAsync(new LockRequest(Request), CancellationToken.None);
        Diagnostic problem = Assert.Single(
            Assert.Single(await Forge().HoldAgainstAsync(Request, reports, CancellationToken.None)).Checks[^1].Findings
        );
        Assert.Equal(ErrorCodes.RecipeDiffers, problem.Code);
        Assert.StartsWith("plan sha256:", problem.Got, StringComparison.Ordinal);
    }

    private RecipeRequest Request => new(Path.Combine(folder, "node.yaml"), null, new Dictionary<string, string>(), []);

    private Forge Forge() =>
        new(
            new ForgeOptions
            {
                Host = HostEnvironment.FromProcess(),
                Cache = Path.Combine(folder, "cache"),
                SourceDateEpoch = 1_700_000_000,
            },
            SilentReporter.Instance
        );

    private Task WriteAsync(string images) =>
        File.WriteAllTextAsync(
            Path.Combine(folder, "node.yaml"),
            $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node
            platforms: [linux/amd64]
            base: {image: "oci:base"}
            kubernetes: {version: "{{Version}}", tarball: server.tar.gz}
            images:
                  - {kubeadm: false}

            """ + images
        );

    private async Task<Image> BuildAsync(string images, bool allowOpen)
    {
        await WriteAsync(images);
        await Forge().LockAsync(new LockRequest(Request), CancellationToken.None);
        string output = Path.Combine(folder, "out");
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
        return Assert.Single(
            (
                await Forge()
                    .BuildAsync(
                        new BuildRequest(Request, "NodeImage")
                        {
                            Offline = true,
                            AllowOpenClosure = allowOpen,
                            Outputs = [$"oci:{output}:1"],
                        },
                        CancellationToken.None
                    )
            ).Images
        );
    }

    private JsonElement RecordOf(Image image)
    {
        using Stream layer = new BlobStore(Path.Combine(folder, "cache/blobs")).OpenRead(image.Layers[^1].Descriptor.Digest);
        using TarReader reader = new(layer, "last layer");
        while (reader.Read() is { } entry)
        {
            if (entry.Path == "usr/lib/nodeforge/image.json")
                return JsonDocument.Parse(reader.Content).RootElement.Clone();
        }

        throw new InvalidOperationException("the node says nothing of itself");
    }
}
