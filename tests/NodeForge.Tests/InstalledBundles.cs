using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Signing.Predicates;

namespace NodeForge.Tests;

/// <summary>What a machine remembers of the bundles that it took: the newest of a series, whoever writes it when.</summary>
public sealed class InstalledBundles : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-installed-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Of_many_that_are_installed_at_once_the_newest_is_remembered()
    {
        for (int round = 0; round < 5; round++)
        {
            string series = $"site{round}";
            int[] sequences = [.. Enumerable.Range(1, 24).OrderBy(_ => Random.Shared.Next())];
            await Task.WhenAll(
                sequences.Select(sequence =>
                    Task.Run(() => Trust().RememberAsync(new(Digest.Of("x"u8), null, series, sequence, null), CancellationToken.None))
                )
            );
            JsonNode mark = JsonNode.Parse(File.ReadAllText(MarkOf(series)))!;
            Assert.Equal(24, mark["sequence"]!.GetValue<long>());
        }
    }

    [Theory]
    [InlineData("{\"sequence\":7,\"sequence\":1,\"index\":\"DIGEST\"}")]
    [InlineData("{\"sequence\":7,\"index\":\"DIGEST\",\"index\":\"DIGEST\"}")]
    [InlineData("{\"sequence\":\"7\",\"index\":\"DIGEST\"}")]
    [InlineData("{\"sequence\":7,\"index\":\"\"}")]
    [InlineData("{\"sequence\":7")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_mark_that_cannot_be_read_is_told_and_stays(string mark)
    {
        string text = mark.Replace("DIGEST", Digest.Of("x"u8).ToString(), StringComparison.Ordinal);
        await RefusedAsync(text);
    }

    [Fact]
    public Task A_mark_without_end_is_told_and_stays() => RefusedAsync(new string(' ', 2 << 20));

    private async Task RefusedAsync(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(MarkOf("site"))!);
        File.WriteAllText(MarkOf("site"), text);
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Trust().RememberAsync(new BundlePredicate(Digest.Of("x"u8), null, "site", 8, null), CancellationToken.None)
        );
        Assert.Equal((ErrorCodes.BundleOlder, MarkOf("site")), (refused.Diagnostics[0].Code, refused.Diagnostics[0].Where!.Resource));
        Assert.InRange(refused.Diagnostics[0].Got?.Length ?? 0, 0, 1000);
        Assert.Equal(text, File.ReadAllText(MarkOf("site")));
    }

    private string MarkOf(string series) => Path.Combine(folder, "bundles", series + ".json");

    private BundleTrust Trust() =>
        new(
            HostEnvironment
                .FromProcess()
                .With("NODEFORGE_STATE", folder)
                .With("NODEFORGE_BUNDLE_POLICY", null)
                .With("XDG_CONFIG_HOME", folder),
            new(),
            SilentReporter.Instance
        );
}
