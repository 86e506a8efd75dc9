using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Attaching;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Signing.Tests;

/// <summary>Index and manifests are signed, in layouts and in registries of either kind; what is signed twice is signed once.</summary>
public sealed class Signing_images : SigningRoom
{
    [Fact]
    public async Task A_layout_is_signed_and_verified_by_the_key_alone()
    {
        Place place = await LayoutAsync();
        Assert.Equal(["NF6310"], await place.CodesAsync(new([TrustedA], 1, [])));
        await place.SignAsync(A);
        IReadOnlyList<SignatureVerdict> verdicts = await place.VerifyAsync(new([TrustedB, TrustedA], 1, []));
        Assert.Equal([Amd.Descriptor.Digest, Arm.Descriptor.Digest], verdicts.Select(verdict => verdict.Manifest));
        Assert.All(verdicts, verdict => Assert.Equal([TrustedA.Name], Assert.Single(verdict.Claims).Signers));
        Assert.Equal(3, (await place.AttachedAsync()).Count); // the index and two manifests
    }

    // As skopeo copies: what has another tag stays behind.
    [Fact]
    public async Task A_copy_that_left_one_form_of_a_signature_behind_is_told()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(A);
        Assert.All(await place.AttachedAsync(), document => Assert.Empty(document.Lost));
        JsonObject index = JsonNode.Parse(await File.ReadAllTextAsync(At("layout/index.json")))!.AsObject();
        JsonArray manifests = index["manifests"]!.AsArray();
        foreach (
            JsonNode tagged in manifests
                .Where(entry =>
                    entry!
                        ["annotations"]
                        ?["org.opencontainers.image.ref.name"]?.GetValue<string>()
                        .EndsWith(".sig", StringComparison.Ordinal) == true
                )
                .ToArray()!
        )
            manifests.Remove(tagged);
        await File.WriteAllTextAsync(At("layout/index.json"), index.ToJsonString());
        Assert.All(await place.AttachedAsync(), document => Assert.Same(ErrorCodes.ReferrersLost, Assert.Single(document.Lost).Code));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_registry_that_lists_referrers_keeps_no_list_of_ours_and_one_that_does_not_gets_it(bool lists)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.ReferrersSupported = lists;
        using RegistryClient client = Client();
        Place place = Push(registry, client);
        await place.SignAsync(A);
        await place.AttestAsync(A, PredicateTypes.Closure);
        Assert.Empty(await place.CodesAsync(new([TrustedA], 1, [PredicateTypes.Closure])));
        byte[]? list = registry.Manifest("app", ReferrerTags.IndexOf(Amd.Descriptor.Digest));
        Assert.Equal(lists, list is null);
        if (list is not null)
            Assert.Equal(
                2,
                ImageDocument.ReadIndex(list, new("list")).Manifests.Count(entry => entry.ArtifactType == SigstoreBundle.MediaType)
            );
        Assert.NotNull(registry.Manifest("app", ReferrerTags.SignaturesOf(Amd.Descriptor.Digest)));
        Assert.NotNull(registry.Manifest("app", ReferrerTags.AttestationsOf(Amd.Descriptor.Digest)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_cosign_2_finds_under_its_tag_names_the_image_and_is_listed_as_a_referrer(bool lists)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.ReferrersSupported = lists;
        using RegistryClient client = Client();
        Place place = Push(registry, client);
        await place.SignAsync(A);
        await place.SignAsync(B);
        foreach (Descriptor document in (await place.ImageAsync()).Documents)
        {
            byte[] bytes = registry.Manifest("app", ReferrerTags.SignaturesOf(document.Digest))!;
            Manifest tagged = ImageDocument.ReadManifest(bytes, new("tag"));
            Assert.Equal((SimpleSignature.ArtifactType, document.Digest), (tagged.ArtifactType, tagged.Subject!.Digest));
            Assert.Equal(2, tagged.Layers.Count);
            IReadOnlyList<Referrer> referrers = (await (await place.OpenAsync(default)).ReferrersAsync(document, default))!;
            Digest[] found =
            [
                .. referrers
                    .Where(referrer => referrer.Tag is null && referrer.Descriptor.ArtifactType == SimpleSignature.ArtifactType)
                    .Select(referrer => referrer.Descriptor.Digest),
            ];
            // cosign takes one of them: where the list is ours, the one that both keys signed is the only one.
            Assert.Contains(Digest.Of(bytes), found);
            Assert.Equal(lists ? 2 : 1, found.Length);
        }

        Assert.Empty(await place.CodesAsync(new([TrustedA, TrustedB], 2, [])));
    }

    [Fact]
    public async Task A_layout_has_of_a_signature_that_was_added_to_the_last_one_alone()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(A);
        await place.SignAsync(B);
        Descriptor[] found =
        [
            .. OciLayout.Open(At("layout")).Index.Manifests.Where(entry => entry.ArtifactType == SimpleSignature.ArtifactType),
        ];
        Assert.Equal(3, found.Length); // the index and two manifests
        Assert.All(await place.AttachedAsync(), document => Assert.Equal(4, document.Statements.Count)); // two keys, two forms
        Assert.Empty(await place.CodesAsync(new([TrustedA, TrustedB], 2, [])));
    }

    [Fact]
    public async Task A_signature_of_before_that_names_no_image_does_when_it_is_signed_again()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(A);
        SignedImage image = await place.ImageAsync();
        Place old = await LayoutAsync("old");
        foreach (Descriptor document in image.Documents)
        {
            RawDocument now = (await place.Target.FindTagAsync(ReferrerTags.SignaturesOf(document.Digest), default))!;
            Manifest manifest = ImageDocument.ReadManifest(now.Bytes, new("tag"));
            BlobStore blobs = OciLayout.Open(At("layout")).Blobs;
            RawDocument before = RawDocument.Create(
                MediaTypes.Manifest,
                OciJson.Write(manifest with { ArtifactType = null, Subject = null })
            );
            await old.Target.AttachAsync(
                [
                    new(
                        before,
                        [
                            .. manifest
                                .Layers.Prepend(manifest.Config)
                                .Select(blob =>
                                    Layer.Of(RawDocument.Create(blob.MediaType, blobs.ReadAllBytes(blob.Digest, int.MaxValue)))
                                ),
                        ]
                    )
                    {
                        Subject = document,
                        Tag = ReferrerTags.SignaturesOf(document.Digest),
                    },
                ],
                default
            );
        }

        await old.SignAsync(A);
        Assert.Equal(File.ReadAllBytes(At("layout/index.json")), File.ReadAllBytes(At("old/index.json")));
    }

    [Fact]
    public async Task What_is_signed_again_by_the_same_key_stays_the_same_to_the_byte()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(A);
        await place.AttestAsync(A, PredicateTypes.Closure);
        string[] before = Files();
        byte[] index = File.ReadAllBytes(At("layout/index.json"));
        await place.SignAsync(A);
        await place.AttestAsync(A, PredicateTypes.Closure);
        Assert.Equal(before, Files());
        Assert.Equal(index, File.ReadAllBytes(At("layout/index.json")));
    }

    [Fact]
    public async Task What_is_attached_is_no_image_and_stays_when_images_are_added()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(A);
        Assert.Single(await (await place.OpenAsync(default)).ListAsync(default));
        await LayoutAsync(); // the same image again
        await LayoutAsync(tag: "v2");
        OciLayout layout = OciLayout.Open(At("layout"));
        Assert.Equal(2, (await layout.ListAsync(default)).Count);
        Assert.Empty(await (place with { Name = "v1" }).CodesAsync(new([TrustedA], 1, [])));
        Assert.Contains(
            layout.Index.Manifests,
            entry =>
                entry.Annotations?.GetValueOrDefault("kind") == "dev.cosignproject.cosign/imageIndex"
                && entry.Annotations["org.opencontainers.image.ref.name"] == "v1"
        );
    }

    [Fact]
    public async Task An_archive_of_a_signed_layout_is_verified_and_nothing_can_be_attached_to_it()
    {
        await (await LayoutAsync()).SignAsync(A);
        System.Formats.Tar.TarFile.CreateFromDirectory(At("layout"), At("a.tar"), includeBaseDirectory: false);
        ImageTransport archive = ImageTransport.Parse("oci-archive:" + At("a.tar"));
        Assert.Null(archive.Room.Artifacts);
        IImageSource source = await archive.OpenAsync(TransportHost.Files, default);
        IReadOnlyList<SignatureVerdict> verdicts = await SignatureVerifier.VerifyAsync(
            source,
            await SignedImage.ReadAsync(source, null, default),
            new([TrustedA], 1, []),
            default
        );
        Assert.All(verdicts, verdict => Assert.Empty(Assert.Single(verdict.Claims).Problems));
    }

    [Fact]
    public async Task Several_signers_are_counted_by_their_keys()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(A);
        SignaturePolicy both = new([TrustedA, TrustedB], 2, []);
        Assert.Equal(["NF6317"], await place.CodesAsync(both));
        await place.SignAsync(A);
        Assert.Equal(["NF6317"], await place.CodesAsync(both));
        await place.SignAsync(B);
        Assert.Empty(await place.CodesAsync(both));
    }

    [Fact]
    public async Task Attestations_are_asked_for_by_their_type_and_of_as_many_signers()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(A);
        await place.SignAsync(B);
        await place.AttestAsync(A, PredicateTypes.Provenance);
        Assert.Empty(await place.CodesAsync(new([TrustedA, TrustedB], 1, [PredicateTypes.Provenance])));
        Assert.Equal(["NF6317"], await place.CodesAsync(new([TrustedA, TrustedB], 2, [PredicateTypes.Provenance])));
        Assert.Equal(["NF6318"], await place.CodesAsync(new([TrustedB], 1, [PredicateTypes.Provenance])));
        Assert.Equal(["NF6318"], await place.CodesAsync(new([TrustedA], 1, [PredicateTypes.Spdx])));
    }

    [Fact]
    public void A_policy_that_nobody_can_meet_is_refused()
    {
        Assert.Same(
            ErrorCodes.QuorumImpossible,
            Assert.Throws<NodeForgeException>(() => new SignaturePolicy([TrustedA], 2, [])).Diagnostics[0].Code
        );
        Assert.Same(
            ErrorCodes.QuorumImpossible,
            Assert.Throws<NodeForgeException>(() => new SignaturePolicy([TrustedA, TrustedB], 0, [])).Diagnostics[0].Code
        );
        Assert.Same(
            ErrorCodes.QuorumImpossible,
            Assert.Throws<NodeForgeException>(() => new SignaturePolicy([TrustedA, A.Public], 1, [])).Diagnostics[0].Code
        );
        Assert.Same(
            ErrorCodes.PredicateInvalid,
            Assert.Throws<NodeForgeException>(() => PredicateTypes.Parse("provenence")).Diagnostics[0].Code
        );
    }

    [Fact]
    public async Task An_attestation_longer_than_what_readers_take_is_refused_before_anything_is_written()
    {
        Place place = await LayoutAsync();
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() =>
            place.AttestAsync(A, PredicateTypes.Spdx, new string('x', 4 << 20))
        );
        Assert.Same(ErrorCodes.AttestationTooLong, failed.Diagnostics[0].Code);
        Assert.All(await place.AttachedAsync(), summary => Assert.Empty(summary.Statements));
    }

    private string[] Files() => [.. Directory.EnumerateFiles(At("layout"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
