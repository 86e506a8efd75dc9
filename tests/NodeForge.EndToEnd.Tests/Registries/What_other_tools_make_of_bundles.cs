using NodeForge.Bundles.Registries;
using NodeForge.EndToEnd.Tests.Containerd;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.EndToEnd.Tests.Registries;

/// <summary>docker, skopeo, oras and cosign read a bundle that is served, and a real registry gives back what was pushed to it.</summary>
[Trait("Category", "EndToEnd")]
public sealed class What_other_tools_make_of_bundles : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-registries-").FullName;
    private readonly Forge forge;

    public What_other_tools_make_of_bundles()
    {
        HostEnvironment host = HostEnvironment.FromProcess() with { WorkingFolder = folder };
        forge = new(ForgeOptions.From(host.With("NODEFORGE_CACHE", In("cache"))), SilentReporter.Instance);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_bundle_that_is_served_is_pulled_by_docker_skopeo_and_oras_and_verified_by_cosign()
    {
        (string digest, string id) = await BundleAsync();
        using CancellationTokenSource stop = new();
        TaskCompletionSource<ServedBundle> listening = new();
        Task serving = forge.Bundles.ServeAsync(new(In("site.nfb")) { Listen = "127.0.0.1:0" }, listening.SetResult, stop.Token);
        string host = new Uri((await listening.Task.WaitAsync(TimeSpan.FromSeconds(30))).Address).Authority;
        string image = $"{host}/team/app:1";

        await ProgramRun.OutputAsync(
            "skopeo",
            "--insecure-policy",
            "copy",
            "--preserve-digests",
            "--src-tls-verify=false",
            $"docker://{image}",
            $"oci:{In("skopeo")}:1"
        );
        Assert.Equal(digest, await DigestAsync("skopeo"));
        string oras = await OrasAsync();
        await ProgramRun.OutputAsync(oras, "cp", "-r", "--from-plain-http", image, "--to-oci-layout", $"{In("oras")}:1");
        Assert.Equal(digest, await DigestAsync("oras"));
        string listed = await ProgramRun.OutputAsync(oras, "discover", "--plain-http", image);
        Assert.Contains("application/vnd.dev.sigstore.bundle.v0.3+json", listed, StringComparison.Ordinal);
        await ProgramRun.OutputAsync("docker", "pull", "--quiet", image);
        Assert.Equal(id, (await ProgramRun.OutputAsync("docker", "inspect", "--format", "{{.Id}}", image)).Trim());
        await ProgramRun.OutputAsync("docker", "rmi", image);
        await VerifyAsync(image);

        ProgramRun refused = await ProgramRun.TryAsync([oras, "push", "--plain-http", $"{host}/team/app:2", "site.nfb"], folder: folder);
        Assert.NotEqual(0, refused.Exit);
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_registry_gives_back_the_bundle_and_the_image_with_its_signatures()
    {
        (string digest, _) = await BundleAsync();
        using RealRegistry registry = await RealRegistry.StartAsync(folder);
        await forge.Bundles.LoadAsync(new(In("site.nfb"), [$"docker://{registry.Host}/"]), CancellationToken.None);
        await VerifyAsync($"{registry.Host}/team/app:1");

        ImageTransport target = ImageTransport.Parse($"docker://{registry.Host}/team/app:site");
        ImageReference pushed = await forge.Bundles.PushAsync(new(In("site.nfb"), target) { Subject = "1" }, CancellationToken.None);
        await ProgramRun.OutputAsync(await OrasAsync(), "pull", "--plain-http", "-o", In("oras"), $"{registry.Host}/team/app:site");
        Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In("oras/site.nfb")));
        // By the name of the image that it belongs to.
        ImageTransport image = ImageTransport.Parse($"docker://{registry.Host}/team/app:1");
        PulledBundle pulled = await forge.Bundles.PullAsync(image, In("far.nfb"), CancellationToken.None);
        Assert.Equal(pushed.Digest, pulled.Reference.Digest);
        Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In("far.nfb")));

        await forge.CopyAsync(image, ImageTransport.Parse($"oci:{In("copied")}:1"), CancellationToken.None);
        Assert.Equal(digest, await DigestAsync("copied"));
        await ProgramRun.OutputAsync([await CosignAsync(), .. Verification, "--local-image", In("copied")]);
    }

    private string[] Verification => ["verify", "--key", In("k.pub"), "--insecure-ignore-tlog"];

    private string In(string name) => Path.Combine(folder, name);

    private async Task VerifyAsync(string image) =>
        await ProgramRun.OutputAsync([await CosignAsync(), .. Verification, "--allow-http-registry", image]);

    private static async Task<string> OrasAsync() => Path.Combine(await DebianPackages.UnpackAsync("trixie", "oras"), "usr/bin/oras");

    private static async Task<string> CosignAsync() => Path.Combine(await DebianPackages.UnpackAsync("trixie", "cosign"), "usr/bin/cosign");

    private async Task<string> DigestAsync(string layout) =>
        (await OciLayout.Open(In(layout)).FindAsync("1", Platform.LinuxAmd64, CancellationToken.None)).Descriptor.Digest.ToString();

    /// <summary>A signed image in a bundle.</summary>
    private async Task<(string Digest, string Id)> BundleAsync()
    {
        BlobStore store = new(In("store"));
        SmallImage small = SmallImage.Of("hello", Platform.LinuxAmd64);
        foreach (byte[] blob in small.Blobs)
            store.Write(blob);
        Image image = StoredImages.Of(store, small.Descriptor, ImageReference.Parse("registry.example/team/app:1"))[0];
        await OciLayout.WriteAsync(In("layout"), [image], CancellationToken.None);
        ImageTransport layout = ImageTransport.Parse($"oci:{In("layout")}");
        forge.GenerateKey(In("k.key"), In("k.pub"));
        await forge.SignAsync(layout, In("k.key"), CancellationToken.None);
        await forge.Bundles.CreateAsync(new([layout]) { Output = In("site.nfb") }, CancellationToken.None);
        return (image.Descriptor.Digest.ToString(), image.Id.ToString());
    }
}
