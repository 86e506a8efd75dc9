using NodeForge.Bundles.Reading;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Judging;
using NodeForge.Signing.Keys;

namespace NodeForge.Tests;

/// <summary>What was read is what is judged.</summary>
public sealed class VerifyingBundles : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-judged-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_bundle_that_takes_the_place_of_the_one_that_was_read_lends_it_no_signature()
    {
        SigningKey.Generate(In("k.key"), In("k.pub"), null);
        File.WriteAllText(In("policy.yaml"), "keys: [k.pub]\n");
        BundleProvider bundles = Bundles(SilentReporter.Instance);
        await MakeAsync(bundles, "site.nfb", "unsigned");
        await MakeAsync(bundles, "other.nfb", "signed");
        await bundles.SignAsync(new(In("other.nfb"), In("k.key"), 1), CancellationToken.None);
        BundleReport fair = await bundles.VerifyAsync(In("other.nfb"), Policy(), CancellationToken.None);
        Assert.Empty(fair.Problems);

        AfterTheStep swap = new(
            $"verify {In("site.nfb")}",
            () =>
            {
                File.Move(In("other.nfb"), In("site.nfb"), overwrite: true);
                File.Move(In("other.nfb") + BundleJudge.FileSuffix, In("site.nfb") + BundleJudge.FileSuffix);
            }
        );
        BundleReport report = await Bundles(swap).VerifyAsync(In("site.nfb"), Policy(), CancellationToken.None);
        Assert.True(swap.Done);
        Assert.Equal(ErrorCodes.BundleChanged, Assert.Single(report.Problems).Code);
    }

    private string In(string name) => Path.Combine(folder, name);

    private BundleTrustRequest Policy() => new() { Policy = In("policy.yaml") };

    private async Task MakeAsync(BundleProvider bundles, string name, string text)
    {
        ImageFiles.In("docker-archive", "registry.test/app:1", text).Write(In(text + ".tar"));
        BundleRequest request = new([]) { Output = In(name), Others = [ImageTransport.Parse("docker-archive:" + In(text + ".tar"))] };
        await bundles.CreateAsync(request, CancellationToken.None);
    }

    private BundleProvider Bundles(IForgeReporter reporter) =>
        new Forge(
            new ForgeOptions { Host = HostEnvironment.FromProcess().With("NODEFORGE_STATE", In("state")), Cache = In("cache") },
            reporter
        ).Bundles;

    /// <summary>Does something when a step has ended.</summary>
    private sealed class AfterTheStep(string title, Action action) : IForgeReporter
    {
        public bool Done { get; private set; }

        public void Report(ForgeEvent happened)
        {
            if (Done || happened is not StepFinished finished || finished.Title != title)
                return;
            Done = true;
            action();
        }
    }
}
