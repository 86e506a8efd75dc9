using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Registries;
using NodeForge.Bundles.Tests.Updating;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Bundles.Tests;

/// <summary>Bundles pushed to a registry and pulled from it, and what goes wrong on the way.</summary>
public sealed class BundlesInRegistries : UpdateRoom
{
    private const string Blobs = "/blobs/sha256:";

    [Fact]
    public async Task A_bundle_comes_back_as_it_went_with_every_volume_under_its_name()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        ImageReference pushed = await PushAsync(registry);
        Manifest manifest = ImageDocument.ReadManifest(registry.Manifest("site/bundle", "v1"), new("registry"));
        Assert.Equal(BundleArtifact.Type, manifest.ArtifactType);
        Assert.Equal(files.Count, manifest.Layers.Count);
        Assert.All(manifest.Layers, layer => Assert.Equal(BundleArtifact.VolumeType, layer.MediaType));
        Assert.Equal(files.Select(Path.GetFileName), manifest.Layers.Select(layer => layer.Annotations!["org.opencontainers.image.title"]));

        PulledBundle pulled = await Pull(registry, "far/site.nfb").RunAsync(CancellationToken.None);
        Assert.Equal(pushed, pulled.Reference);
        Assert.Equal(files.Select(File.ReadAllBytes), pulled.Files.Select(File.ReadAllBytes));
        Assert.True((await VerifyAsync(In("far/site.nfb"))).IsSound);
        Assert.Empty(Directory.EnumerateFiles(In("far"), ".*"));
    }

    [Fact]
    public async Task Its_signature_goes_with_it_as_a_file_that_other_clients_get_too()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        byte[] signature = [.. "{\"of\":\"the bundle\"}"u8];
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await PushAsync(registry, signature);
        Manifest manifest = ImageDocument.ReadManifest(registry.Manifest("site/bundle", "v1"), new("registry"));
        Assert.Equal(files.Count + 1, manifest.Layers.Count);
        Assert.Equal(BundleArtifact.SignatureType, manifest.Layers[^1].MediaType);
        Assert.Equal("site.nfb.sigstore.json", manifest.Layers[^1].Annotations!["org.opencontainers.image.title"]);
        Assert.Equal(signature, registry.Blob("site/bundle", manifest.Layers[^1].Digest));

        Digest? asked = null;
        BundlePull pull = Pull(registry, "far.nfb", check: (index, _) => asked = index);
        Assert.Equal(signature, (await pull.RunAsync(CancellationToken.None)).Signature);
        Assert.Equal(BundleFile.Open(In("site.nfb")).IndexDigest, asked);
    }

    [Fact]
    public async Task A_signature_that_is_not_the_bundle_s_leaves_everything_as_it_was()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        await WriteAsync(In("far.nfb"), ImageOf("r.example/a:1", Noise(2, 9000)));
        byte[] there = File.ReadAllBytes(In("far.nfb"));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await PushAsync(registry, [1]);
        Diagnostic other = new(ErrorCodes.BundleChanged, "the bundle is not the one that was signed");
        BundlePull pull = Pull(registry, "far.nfb", check: (_, _) => throw new NodeForgeException(other));
        await FailsAsync(ErrorCodes.BundleChanged, () => pull.RunAsync(CancellationToken.None));
        Assert.Equal(there, File.ReadAllBytes(In("far.nfb")));
        Assert.Equal([In("far.nfb")], Directory.EnumerateFiles(Folder, "*far.nfb*"));
    }

    [Fact]
    public async Task An_artifact_has_one_signature_at_most_and_nothing_else_beside_its_volumes()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        Descriptor volume = registry.AddBlob("site/bundle", File.ReadAllBytes(In("site.nfb")), BundleArtifact.VolumeType);
        Descriptor[] signatures = [.. ((byte[])[1, 2]).Select(one => registry.AddBlob("site/bundle", [one], BundleArtifact.SignatureType))];
        Descriptor other = registry.AddBlob("site/bundle", [3], "text/plain");
        Descriptor[][] wrong =
        [
            [volume, .. signatures],
            [volume, other],
            [signatures[0]],
        ];
        foreach (Descriptor[] layers in wrong)
        {
            Manifest manifest = new()
            {
                ArtifactType = BundleArtifact.Type,
                Config = BundleArtifact.NoConfig.Descriptor,
                Layers = layers,
            };
            registry.AddManifest("site/bundle", "v1", OciJson.Write(manifest), MediaTypes.Manifest);
            await FailsAsync(ErrorCodes.NotABundleArtifact, () => Pull(registry, "far.nfb").RunAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task What_is_there_is_neither_sent_nor_fetched_again()
    {
        await VolumesAsync();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await PushAsync(registry);
        await Pull(registry, "far.nfb").RunAsync(CancellationToken.None);
        int asked = registry.Requests.Count;
        await PushAsync(registry);
        await Pull(registry, "far.nfb").RunAsync(CancellationToken.None);
        Assert.DoesNotContain(registry.Requests.Skip(asked), request => request.Method is "POST" or "PATCH");
        Assert.DoesNotContain(
            registry.Requests.Skip(asked),
            request => request.Method == "GET" && request.Path.Contains(Blobs, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_bundle_that_belongs_to_an_image_is_found_by_the_image()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        foreach (bool listed in (bool[])[true, false])
        {
            await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
            registry.ReferrersSupported = listed;
            Descriptor image = SmallImage.Of("x", Platform.LinuxAmd64).PushTo(registry, "site/bundle", "node");
            ImageReference pushed = await PushAsync(registry, registry.Reference("site/bundle:node"));
            using RegistryClient client = Client();
            PulledBundle pulled = await new BundlePull(
                client,
                registry.Reference("site/bundle:node"),
                In($"{listed}.nfb"),
                SilentReporter.Instance
            ).RunAsync(CancellationToken.None);
            Assert.Equal(pushed.Digest, pulled.Reference.Digest);
            Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In($"{listed}.nfb")));
            Manifest manifest = ImageDocument.ReadManifest(registry.Manifest("site/bundle", "v1"), new("registry"));
            Assert.Equal(image.Digest, manifest.Subject!.Digest);
        }
    }

    [Fact]
    public async Task What_is_no_bundle_is_refused_before_anything_is_written()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        SmallImage.Of("x", Platform.LinuxAmd64).PushTo(registry, "site/bundle", "v1");
        Diagnostic told = await FailsAsync(ErrorCodes.NotABundleArtifact, () => Pull(registry, "far.nfb").RunAsync(CancellationToken.None));
        Assert.Equal(MediaTypes.Manifest, told.Got);
        Assert.Empty(Directory.EnumerateFiles(Folder, "*far.nfb*"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pull_that_was_cut_goes_on_where_it_was_where_the_registry_knows_ranges(bool ranges)
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 300_000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.RangesSupported = ranges;
        await PushAsync(registry);
        registry.Fail(Blobs, new RegistryFault.Truncate(100_000));
        await FailsAsync(ErrorCodes.RegistryUnreachable, () => Pull(registry, "far.nfb").RunAsync(CancellationToken.None), transient: true);
        Assert.False(File.Exists(In("far.nfb")));
        long kept = new FileInfo(Assert.Single(Directory.EnumerateFiles(Folder, ".far.nfb.*.pull"))).Length;
        Assert.InRange(kept, 1, 100_000);

        // Another process: nothing is known but the file.
        await Pull(registry, "far.nfb").RunAsync(CancellationToken.None);
        Assert.Equal($"bytes={kept}-", registry.Requests[^1].Range);
        Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In("far.nfb")));
    }

    [Fact]
    public async Task What_an_earlier_pull_left_is_not_believed()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 300_000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await PushAsync(registry);
        registry.Fail(Blobs, new RegistryFault.Truncate(100_000));
        await Assert.ThrowsAsync<NodeForgeException>(() => Pull(registry, "far.nfb").RunAsync(CancellationToken.None));
        string part = Assert.Single(Directory.EnumerateFiles(Folder, ".far.nfb.*.pull"));
        byte[] bytes = File.ReadAllBytes(part);
        bytes[10] ^= 1;
        File.WriteAllBytes(part, bytes);
        await FailsAsync(ErrorCodes.DigestMismatch, () => Pull(registry, "far.nfb").RunAsync(CancellationToken.None));
        Assert.False(File.Exists(In("far.nfb")));
        await Pull(registry, "far.nfb").RunAsync(CancellationToken.None);
        Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In("far.nfb")));
    }

    [Fact]
    public async Task Wrong_bytes_of_a_registry_are_not_kept()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 300_000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await PushAsync(registry);
        registry.Fail(Blobs, new RegistryFault.FlipLastByte());
        await FailsAsync(
            ErrorCodes.RegistryContentMismatch,
            () => Pull(registry, "far.nfb").RunAsync(CancellationToken.None),
            transient: false
        );
        Assert.Empty(Directory.EnumerateFiles(Folder, "*far.nfb*"));
    }

    [Fact]
    public async Task A_registry_that_stalls_is_left_and_the_next_attempt_goes_on()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 300_000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await PushAsync(registry);
        registry.Fail(Blobs, new RegistryFault.Stall(100_000));
        BundlePull pull = Pull(registry, "far.nfb", new() { StallTimeout = TimeSpan.FromMilliseconds(500) });
        await FailsAsync(ErrorCodes.RegistryUnreachable, () => pull.RunAsync(CancellationToken.None), transient: true);
        await pull.RunAsync(CancellationToken.None);
        Assert.StartsWith("bytes=", registry.Requests[^1].Range, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In("far.nfb")));
    }

    [Theory]
    [InlineData(401, "NF3202", false)]
    [InlineData(404, "NF3204", false)]
    [InlineData(429, "NF3205", true)]
    [InlineData(500, "NF3206", true)]
    [InlineData(503, "NF3206", true)]
    public async Task A_refusal_says_what_it_is_and_whether_another_attempt_is_worth_it(int status, string code, bool transient)
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        BundlePush push = Push(registry);
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(status, RetryAfter: "7"));
        NodeForgeException pushing = await Assert.ThrowsAsync<NodeForgeException>(() => push.RunAsync(CancellationToken.None));
        await push.RunAsync(CancellationToken.None);
        registry.Fail(Blobs, new RegistryFault.Status(status, RetryAfter: "7"));
        BundlePull pull = Pull(registry, "far.nfb");
        NodeForgeException pulling = await Assert.ThrowsAsync<NodeForgeException>(() => pull.RunAsync(CancellationToken.None));
        foreach (NodeForgeException failed in (NodeForgeException[])[pushing, pulling])
        {
            Assert.Equal(code, failed.Diagnostics[0].Code.Id);
            Assert.Equal(
                (transient, TimeSpan.FromSeconds(7)),
                (RegistryFailure.Of(failed)!.Transient, RegistryFailure.Of(failed)!.RetryAfter!.Value)
            );
        }

        await pull.RunAsync(CancellationToken.None);
        Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In("far.nfb")));
    }

    [Fact]
    public async Task A_token_that_expires_on_the_way_is_got_again()
    {
        await VolumesAsync();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync(RegistryAuthentication.Bearer);
        using RegistryClient client = Client(credentials: new User());
        BundlePush push = new(BundleFile.Open(In("site.nfb")), client, registry.Reference("site/bundle:v1"), new Expiring(registry));
        await push.RunAsync(CancellationToken.None);
        BundlePull pull = new(client, registry.Reference("site/bundle:v1"), In("far.nfb"), new Expiring(registry));
        await pull.RunAsync(CancellationToken.None);
        Assert.True(registry.Requests.Count(request => request.Path == "/token") > 6);
        Assert.True((await VerifyAsync(In("far.nfb"))).IsSound);
        await FailsAsync(ErrorCodes.RegistryUnauthorized, () => Pull(registry, "other.nfb").RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Another_host_that_has_the_volumes_gets_no_credentials()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync(RegistryAuthentication.Basic);
        using RegistryClient client = Client(credentials: new User());
        await new BundlePush(
            BundleFile.Open(In("site.nfb")),
            client,
            registry.Reference("site/bundle:v1"),
            SilentReporter.Instance
        ).RunAsync(CancellationToken.None);
        await using ScriptedServer elsewhere = new();
        registry.Fail(Blobs, new RegistryFault.Redirect(elsewhere.Serve("/volume", Replies.File(File.ReadAllBytes(In("site.nfb"))))));
        await new BundlePull(client, registry.Reference("site/bundle:v1"), In("far.nfb"), SilentReporter.Instance).RunAsync(
            CancellationToken.None
        );
        Assert.Equal(File.ReadAllBytes(In("site.nfb")), File.ReadAllBytes(In("far.nfb")));
        Assert.Null(Assert.Single(elsewhere.Requests).Header("authorization"));
    }

    [Fact]
    public async Task A_volume_that_changes_while_it_is_pushed_is_never_whole_there()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        BundlePush push = Push(registry);
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(503));
        await Assert.ThrowsAsync<NodeForgeException>(() => push.RunAsync(CancellationToken.None));
        byte[] bytes = File.ReadAllBytes(In("site.nfb"));
        bytes[400] ^= 1;
        File.WriteAllBytes(In("site.nfb"), bytes);
        await FailsAsync(ErrorCodes.DigestMismatch, () => push.RunAsync(CancellationToken.None));
        Assert.Null(registry.Manifest("site/bundle", "v1"));
    }

    [Fact]
    public async Task What_came_is_opened_before_it_is_published_and_the_bundle_that_was_there_stays()
    {
        IReadOnlyList<string> files = await VolumesAsync("other.nfb", seed: 40);
        await VolumesAsync("more.nfb", seed: 50);
        await WriteAsync(In("far.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        byte[] there = File.ReadAllBytes(In("far.nfb"));
        byte[] first = File.ReadAllBytes(files[0]);
        byte[] flipped = [.. first[..400], (byte)(first[400] ^ 1), .. first[401..]];
        (byte[][] Volumes, ErrorCode Code)[] wrong =
        [
            ([Noise(7, 5000)], ErrorCodes.NotABundle),
            ([first], ErrorCodes.BundleInvalid), // one of several
            ([flipped, .. files.Skip(1).Select(File.ReadAllBytes)], ErrorCodes.BundleRecordDamaged),
            ([first, .. files.Skip(2).Select(File.ReadAllBytes)], ErrorCodes.BundleInvalid),
            ([first, File.ReadAllBytes(In("more.nfb.002")), .. files.Skip(2).Select(File.ReadAllBytes)], ErrorCodes.BundleVolumeForeign),
            ([.. files.Reverse().Select(File.ReadAllBytes)], ErrorCodes.BundleVolumeMisplaced),
        ];
        foreach ((byte[][] volumes, ErrorCode code) in wrong)
        {
            await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
            Publish(registry, volumes);
            Diagnostic told = await FailsAsync(code, () => Pull(registry, "far.nfb").RunAsync(CancellationToken.None));
            Assert.Contains(registry.Host, told.Where!.Resource, StringComparison.Ordinal);
            Assert.Equal(there, File.ReadAllBytes(In("far.nfb")));
            Assert.Equal([In("far.nfb")], Directory.EnumerateFiles(Folder, "*far.nfb*"));
        }
    }

    [Fact]
    public async Task Nothing_of_the_bundle_that_had_the_name_is_left_beside_the_one_that_came()
    {
        await WriteAsync(In("one.nfb"), ImageOf("r.example/a:1", Noise(1, 9000)));
        await WriteAsync(In("few.nfb"), Small(8192), [], ImageOf("r.example/a:1", Noise(2, 9000)));
        await VolumesAsync("many.nfb");
        string[] orders = ["many one", "one many", "many few", "few many one few"];
        foreach (string order in orders)
        {
            foreach (string bundle in order.Split(' '))
            {
                await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
                BundleFile source = BundleFile.Open(In(bundle + ".nfb"));
                await new BundlePush(source, Client(), registry.Reference("site/bundle:v1"), SilentReporter.Instance).RunAsync(
                    CancellationToken.None
                );
                PulledBundle pulled = await Pull(registry, "far/site.nfb").RunAsync(CancellationToken.None);
                Assert.Equal(source.Set, pulled.Set);
                Assert.Equal(source.Set, BundleFile.Open(In("far/site.nfb")).Set);
                Assert.Equal(pulled.Files.Order(StringComparer.Ordinal), Directory.EnumerateFiles(In("far")).Order(StringComparer.Ordinal));
            }

            Directory.Delete(In("far"), recursive: true);
        }
    }

    [Fact]
    public async Task A_delta_goes_through_a_registry_and_its_artifact_says_what_it_is_of_and_makes()
    {
        byte[] tool = Noise(1, 100_000);
        await WholeAsync("old.nfb", ImageOf("r.example/a:1", Layer(("tool", tool))));
        Image next = ImageOf("r.example/a:1", Layer(("tool", Edited(tool, 2))));
        await WholeAsync("new.nfb", next);
        await DeltaAsync("old.nfb", "delta.nfb", next);
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        BundleFile delta = BundleFile.OpenAny(In("delta.nfb"));
        await new BundlePush(delta, Client(), registry.Reference("site/bundle:v1"), SilentReporter.Instance).RunAsync(
            CancellationToken.None
        );
        SortedDictionary<string, string> said = ImageDocument
            .ReadManifest(registry.Manifest("site/bundle", "v1"), new("registry"))
            .Annotations!;
        Assert.Equal(BundleFile.Open(In("old.nfb")).IndexDigest.ToString(), said["dev.nodeforge.bundle.base"]);
        Assert.Equal(BundleFile.Open(In("new.nfb")).IndexDigest.ToString(), said["dev.nodeforge.bundle.makes"]);
        PulledBundle pulled = await Pull(registry, "far.nfb").RunAsync(CancellationToken.None);
        Assert.Equal(delta.Index.Delta!.Base, pulled.Delta!.Base);
        await ApplyAsync("old.nfb", "applied.nfb", "far.nfb");
        AssertSame("new.nfb", "applied.nfb");
    }

    private static void Publish(InMemoryRegistry registry, byte[][] volumes)
    {
        Manifest manifest = new()
        {
            ArtifactType = BundleArtifact.Type,
            Config = BundleArtifact.NoConfig.Descriptor,
            Layers = [.. volumes.Select(bytes => registry.AddBlob("site/bundle", bytes, BundleArtifact.VolumeType))],
        };
        registry.AddManifest("site/bundle", "v1", OciJson.Write(manifest), MediaTypes.Manifest);
    }

    private Task<ImageReference> PushAsync(InMemoryRegistry registry, ImageReference? subject = null) =>
        Push(registry, subject).RunAsync(CancellationToken.None);

    private BundlePush Push(InMemoryRegistry registry, ImageReference? subject = null) =>
        new(BundleFile.Open(In("site.nfb")), Client(), registry.Reference("site/bundle:v1"), SilentReporter.Instance) { Subject = subject };

    private Task<ImageReference> PushAsync(InMemoryRegistry registry, byte[] signature) =>
        new BundlePush(BundleFile.Open(In("site.nfb")), Client(), registry.Reference("site/bundle:v1"), SilentReporter.Instance)
        {
            Signature = (In("site.nfb.sigstore.json"), signature),
        }.RunAsync(CancellationToken.None);

    private BundlePull Pull(
        InMemoryRegistry registry,
        string output,
        RegistryOptions? options = null,
        Action<Digest, byte[]>? check = null
    ) =>
        new(
            new RegistryClient(RegistryClient.CreateHandler(), options ?? new()),
            registry.Reference("site/bundle:v1"),
            In(output),
            SilentReporter.Instance
        )
        {
            CheckSignature = check ?? ((_, _) => { }),
        };

    private static RegistryClient Client(ICredentialSource? credentials = null) =>
        new(RegistryClient.CreateHandler(), new() { Credentials = credentials ?? NoCredentials.Instance });

    private static async Task<Diagnostic> FailsAsync(ErrorCode code, Func<Task> action, bool? transient = null)
    {
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(action);
        Assert.Same(code, failed.Diagnostics[0].Code);
        if (transient is { } expected)
            Assert.Equal(expected, RegistryFailure.Of(failed)!.Transient);
        return failed.Diagnostics[0];
    }

    private sealed class User : ICredentialSource
    {
        public Task<RegistryCredential?> FindAsync(string registry, CancellationToken cancellationToken) =>
            Task.FromResult<RegistryCredential?>(new(InMemoryRegistry.User, InMemoryRegistry.Password));
    }

    /// <summary>Makes every token worthless where a step begins.</summary>
    private sealed class Expiring(InMemoryRegistry registry) : IForgeReporter
    {
        public void Report(ForgeEvent happened)
        {
            if (happened is StepStarted)
                registry.ExpireTokens();
        }
    }
}
