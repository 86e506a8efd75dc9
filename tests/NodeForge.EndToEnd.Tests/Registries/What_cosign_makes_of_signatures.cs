using System.Text.Json.Nodes;
using NodeForge.EndToEnd.Tests.Containerd;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Judging;
using NodeForge.TestSupport.Registry;

namespace NodeForge.EndToEnd.Tests.Registries;

/// <summary>cosign 2.5 (trixie) and 3 (sid) verify with the key alone what was signed and attested, in a real registry, also where
/// `oras cp -r` brought it, and refuse what was changed.</summary>
[Trait("Category", "EndToEnd")]
public sealed class What_cosign_makes_of_signatures : IDisposable
{
    private const string Type = "https://nodeforge.dev/closure/v1";
    private const string BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string NoRoots = """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""";

    private readonly string folder = Directory.CreateTempSubdirectory("nf-cosign-").FullName;
    private readonly Forge forge;

    public What_cosign_makes_of_signatures()
    {
        HostEnvironment host = HostEnvironment.FromProcess() with { WorkingFolder = folder };
        forge = new(ForgeOptions.From(host.With("NODEFORGE_CACHE", In("cache"))), SilentReporter.Instance);
        foreach (string name in new[] { "k", "other" })
            forge.GenerateKey(In($"{name}.key"), In($"{name}.pub"));
        File.WriteAllText(In("predicate.json"), """{"complete":true}""");
        File.WriteAllText(In("no-roots.json"), NoRoots);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("trixie")]
    [InlineData("sid")]
    public async Task Signature_and_attestation_verify_in_a_registry_and_those_of_another_image_or_key_do_not(string suite)
    {
        string cosign = await CosignAsync(suite);
        using RealRegistry registry = await RealRegistry.StartAsync(folder);
        string image = await SignedAsync(registry, "app:1", "hello"),
            changed = await PushedAsync(registry, "app:2", "hallo");
        await RunAsync(cosign, "verify", "k", image);
        await RunAsync(cosign, "verify-attestation", "k", "--type", Type, image);
        await RefusedAsync(cosign, "verify", "other", image);
        await RefusedAsync(cosign, "verify-attestation", "other", "--type", Type, image);
        await RefusedAsync(cosign, "verify", "k", changed);

        await AttachAsync(image, changed);
        Assert.Contains("NF6314", await CodesAsync(changed));
        await RefusedAsync(cosign, "verify", "k", changed);
        await RefusedAsync(cosign, "verify-attestation", "k", "--type", Type, changed);
    }

    [Theory]
    [InlineData("trixie", "--experimental-oci11")]
    [InlineData("sid")]
    public async Task What_oras_copied_through_a_layout_verifies_and_tells_that_tags_were_left_behind(string suite, params string[] told)
    {
        string cosign = await CosignAsync(suite),
            oras = await OrasAsync();
        using RealRegistry registry = await RealRegistry.StartAsync(folder);
        string image = await SignedAsync(registry, "app:1", "hello"),
            copy = $"{registry.Host}/far/app:1";
        await ProgramRun.OutputAsync(oras, "cp", "-r", "--from-plain-http", image, "--to-oci-layout", $"{In("carried")}:1");
        await ProgramRun.OutputAsync(oras, "cp", "-r", "--from-oci-layout", $"{In("carried")}:1", "--to-plain-http", copy);

        await RunAsync(cosign, "verify", "k", [.. told, copy]);
        string[] readsBundles = told.Length == 0 ? [] : ["--new-bundle-format", "--trusted-root", In("no-roots.json")];
        await RunAsync(cosign, "verify-attestation", "k", [.. readsBundles, "--type", Type, copy]);
        await RefusedAsync(cosign, "verify", "other", [.. told, copy]);
        Assert.Empty(await CodesAsync(copy));
        AttachedSummary attached = Assert.Single(await forge.InspectAttachedAsync(At(copy), CancellationToken.None));
        Assert.Same(ErrorCodes.ReferrersLost, Assert.Single(attached.Lost).Code);

        // pulled from there into a layout, as cosign 3 and nodeforge find it
        await forge.CopyAsync(At(copy), ImageTransport.Parse($"oci:{In("pulled")}:1"), CancellationToken.None);
        await RunAsync(await CosignAsync("sid"), "verify", "k", "--local-image", In("pulled"));
    }

    private string In(string name) => Path.Combine(folder, name);

    private static ImageTransport At(string image) => ImageTransport.Parse($"docker://{image}");

    private async Task<string> SignedAsync(RealRegistry registry, string name, string text)
    {
        string image = await PushedAsync(registry, name, text);
        await forge.SignAsync(At(image), In("k.key"), CancellationToken.None);
        AttestRequest attest = new(At(image), In("k.key")) { PredicateFile = "predicate.json", PredicateType = Type };
        await forge.AttestAsync(attest, CancellationToken.None);
        return image;
    }

    private async Task<string> PushedAsync(RealRegistry registry, string name, string text)
    {
        BlobStore store = new(In("store"));
        SmallImage small = SmallImage.Of(text, Platform.LinuxAmd64);
        foreach (byte[] blob in small.Blobs)
            store.Write(blob);
        string layout = In($"layout-{text}");
        Image image = StoredImages.Of(store, small.Descriptor, ImageReference.Parse("registry.example/team/app:1"))[0];
        await OciLayout.WriteAsync(layout, [image], CancellationToken.None);
        string pushed = $"{registry.Host}/team/{name}";
        await forge.CopyAsync(ImageTransport.Parse($"oci:{layout}"), At(pushed), CancellationToken.None);
        return pushed;
    }

    /// <summary>Hangs what was signed for one image on another one, by tags and as a referrer.</summary>
    private async Task AttachAsync(string image, string other)
    {
        string oras = await OrasAsync(),
            repository = image[..image.LastIndexOf(':')];
        string from = await DigestAsync(oras, image),
            to = await DigestAsync(oras, other);
        foreach (string suffix in new[] { "sig", "att" })
            await ProgramRun.OutputAsync(oras, "tag", "--plain-http", $"{repository}:{from}.{suffix}", $"{to}.{suffix}");
        JsonArray listed = JsonNode.Parse(await ProgramRun.OutputAsync(oras, "manifest", "fetch", "--plain-http", $"{repository}:{from}"))![
            "manifests"
        ]!.AsArray();
        foreach (JsonNode? bundle in listed.Where(entry => (string?)entry!["artifactType"] == BundleType))
        {
            JsonNode manifest = JsonNode.Parse(
                await ProgramRun.OutputAsync(oras, "manifest", "fetch", "--plain-http", $"{repository}@{bundle!["digest"]}")
            )!;
            await ProgramRun.OutputAsync(
                oras,
                "blob",
                "fetch",
                "--plain-http",
                "--output",
                In("bundle.json"),
                $"{repository}@{manifest["layers"]![0]!["digest"]}"
            );
            (
                await ProgramRun.TryAsync(
                    [oras, "attach", "--plain-http", "--artifact-type", BundleType, other, $"bundle.json:{BundleType}"],
                    folder: folder
                )
            ).Succeeded();
        }
    }

    /// <returns>As it stands in tags: sha256-HEX.</returns>
    private static async Task<string> DigestAsync(string oras, string image) =>
        (await ProgramRun.OutputAsync(oras, "resolve", "--plain-http", image)).Trim().Replace(':', '-');

    private async Task<string[]> CodesAsync(string image)
    {
        IReadOnlyList<SignatureVerdict> verdicts = await forge.VerifySignaturesAsync(
            At(image),
            new([In("k.pub")]) { Attestations = [Type] },
            CancellationToken.None
        );
        return [.. verdicts.SelectMany(verdict => verdict.Claims).SelectMany(claim => claim.Problems).Select(problem => problem.Code.Id)];
    }

    private async Task RunAsync(string cosign, string verb, string key, params string[] arguments) =>
        (await TryAsync(cosign, verb, key, arguments)).Succeeded();

    private async Task RefusedAsync(string cosign, string verb, string key, params string[] arguments)
    {
        ProgramRun refused = await TryAsync(cosign, verb, key, arguments);
        Assert.True(refused.Exit != 0, $"{refused.Command} was taken: {refused.Error}");
        Assert.DoesNotContain("unknown flag", refused.Error, StringComparison.Ordinal);
    }

    private Task<ProgramRun> TryAsync(string cosign, string verb, string key, string[] arguments)
    {
        string[] registry = arguments.Contains("--local-image") ? [] : ["--allow-http-registry"];
        return ProgramRun.TryAsync([cosign, verb, "--key", In($"{key}.pub"), "--insecure-ignore-tlog", .. registry, .. arguments]);
    }

    private static async Task<string> OrasAsync() => Path.Combine(await DebianPackages.UnpackAsync("trixie", "oras"), "usr/bin/oras");

    private static async Task<string> CosignAsync(string suite) =>
        Path.Combine(await DebianPackages.UnpackAsync(suite, "cosign"), "usr/bin/cosign");
}
