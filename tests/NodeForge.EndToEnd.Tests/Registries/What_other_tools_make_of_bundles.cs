using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Bundles.Registries;
using NodeForge.EndToEnd.Tests.Containerd;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.EndToEnd.Tests.Registries;

/// <summary>docker, containerd, skopeo, oras, cosign and curl read a bundle that is served, and a real registry gives back what was pushed
/// to it.</summary>
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
        await using ServedSite site = await ServedSite.StartAsync(forge, In("site.nfb"));
        string image = $"{site.Host}/team/app:1";

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
        string[] asked = ["--tls-verify=false", $"docker://{image}"];
        JsonNode inspected = JsonNode.Parse(await ProgramRun.OutputAsync(["skopeo", "inspect", .. asked]))!;
        Assert.Equal((digest, Layer.Digest.ToString()), ((string?)inspected["Digest"], (string?)inspected["Layers"]!.AsArray().Single()));
        string tags = await ProgramRun.OutputAsync("skopeo", "list-tags", "--tls-verify=false", $"docker://{site.Host}/team/app");
        Assert.Contains("1", JsonNode.Parse(tags)!["Tags"]!.AsArray().Select(tag => (string?)tag));
        string oras = await OrasAsync();
        await ProgramRun.OutputAsync(oras, "cp", "-r", "--from-plain-http", image, "--to-oci-layout", $"{In("oras")}:1");
        Assert.Equal(digest, await DigestAsync("oras"));
        string listed = await ProgramRun.OutputAsync(oras, "discover", "--plain-http", image);
        Assert.Contains("application/vnd.dev.sigstore.bundle.v0.3+json", listed, StringComparison.Ordinal);
        await ProgramRun.OutputAsync("docker", "pull", "--quiet", image);
        Assert.Equal(id, (await ProgramRun.OutputAsync("docker", "inspect", "--format", "{{.Id}}", image)).Trim());
        await ProgramRun.OutputAsync("docker", "rmi", image);
        await VerifyAsync(image);

        ProgramRun refused = await ProgramRun.TryAsync(
            [oras, "push", "--plain-http", $"{site.Host}/team/app:2", "site.nfb"],
            folder: folder
        );
        Assert.NotEqual(0, refused.Exit);
    }

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    [InlineData("sid", "--local")] // The service that pulls otherwise unpacks for overlayfs alone.
    public async Task Every_containerd_of_Debian_s_pulls_it_whole(string suite, params string[] pulling)
    {
        (string digest, string id) = await BundleAsync();
        await using ServedSite site = await ServedSite.StartAsync(forge, In("site.nfb"));
        string binaries = Path.Combine(await DebianPackages.UnpackAsync(suite, "containerd"), "usr/bin"),
            image = $"{site.Host}/team/app:1";
        await using RunningContainerd containerd = await RunningContainerd.StartAsync(binaries, In("root"), folder, cri: false);
        // The native snapshotter copies: it works where the folder of the test lies on an overlay itself.
        await containerd.CtrAsync(["images", "pull", .. pulling, "--plain-http", "--snapshotter", "native", image]);
        Assert.Contains(
            $"{image} {MediaTypes.Manifest} {digest} ",
            Spaced(await containerd.CtrAsync("images", "ls")),
            StringComparison.Ordinal
        );
        foreach (string blob in new[] { digest, id, Layer.Digest.ToString() })
            Assert.Equal(blob, Digest.Of(Encoding.UTF8.GetBytes(await containerd.CtrAsync("content", "get", blob))).ToString());
    }

    [Fact]
    public async Task Curl_gets_heads_wholes_and_parts()
    {
        (string digest, _) = await BundleAsync();
        await using ServedSite site = await ServedSite.StartAsync(forge, In("site.nfb"));
        string app = $"http://{site.Host}/v2/team/app",
            blob = $"{app}/blobs/{Layer.Digest}";
        string head = await ProgramRun.OutputAsync("curl", "--silent", "--fail", "--head", $"{app}/manifests/1");
        Assert.Contains($"Docker-Content-Digest: {digest}\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"Content-Type: {MediaTypes.Manifest}\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(
            $"Content-Length: {Layer.Size}\r\n",
            await ProgramRun.OutputAsync("curl", "--silent", "--fail", "--head", blob),
            StringComparison.OrdinalIgnoreCase
        );
        await ProgramRun.OutputAsync("curl", "--silent", "--fail", "--output", In("manifest"), $"{app}/manifests/{digest}");
        Assert.Equal(digest, Digest.Of(File.ReadAllBytes(In("manifest"))).ToString());
        // A part, and what is left of it as curl goes on with a file.
        await ProgramRun.OutputAsync("curl", "--silent", "--fail", "--range", "0-699", "--output", In("blob"), blob);
        Assert.Equal(700, new FileInfo(In("blob")).Length);
        await ProgramRun.OutputAsync("curl", "--silent", "--fail", "--continue-at", "-", "--output", In("blob"), blob);
        Assert.Equal(Layer.Digest, Digest.Of(File.ReadAllBytes(In("blob"))));
        ProgramRun beyond = await ProgramRun.TryAsync(["curl", "--silent", "--fail", "--range", $"{Layer.Size}-", blob]);
        Assert.Equal(22, beyond.Exit);
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

    private static SmallImage Small { get; } = SmallImage.Of("hello", Platform.LinuxAmd64);

    private static Descriptor Layer { get; } = new(MediaTypes.Layer, Digest.Of(Small.Layer), Small.Layer.Length);

    private static string Spaced(string table) => string.Join(' ', table.Split(' ', StringSplitOptions.RemoveEmptyEntries));

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
        foreach (byte[] blob in Small.Blobs)
            store.Write(blob);
        Image image = StoredImages.Of(store, Small.Descriptor, ImageReference.Parse("registry.example/team/app:1"))[0];
        await OciLayout.WriteAsync(In("layout"), [image], CancellationToken.None);
        ImageTransport layout = ImageTransport.Parse($"oci:{In("layout")}");
        forge.GenerateKey(In("k.key"), In("k.pub"));
        await forge.SignAsync(layout, In("k.key"), CancellationToken.None);
        await forge.Bundles.CreateAsync(new([layout]) { Output = In("site.nfb") }, CancellationToken.None);
        return (image.Descriptor.Digest.ToString(), image.Id.ToString());
    }
}
