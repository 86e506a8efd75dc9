using System.Text.Json.Nodes;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Bundles.Tests;

/// <summary>Signatures, SBOMs and whatever else is attached to an image goes with it, from place to place.</summary>
public sealed class CarryingReferrers : BundleRoom
{
    private static readonly RawDocument NoConfig = RawDocument.Create(MediaTypes.Empty, "{}"u8.ToArray());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_attached_goes_through_layout_bundle_registry_and_archive_unchanged(bool listed)
    {
        Image image = Attached(ImageOf("r.example/a:1", Noise(1, 5000)));
        string[] wanted = Told(image);
        Assert.Equal(5, wanted.Length);
        await OciLayout.WriteAsync(In("layout"), [image], CancellationToken.None);

        IReadOnlyList<Image> inLayout = await ReadAsync(OciLayout.Open(In("layout")));
        Assert.Equal(wanted, Told(inLayout[0]));
        await WriteAsync(In("site.nfb"), [.. inLayout]);
        Assert.True((await VerifyAsync(In("site.nfb"))).IsSound);

        IReadOnlyList<Image> inBundle = await ReadAsync(BundleFile.Open(In("site.nfb")));
        Assert.Equal(wanted, Told(inBundle[0]));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.ReferrersSupported = listed;
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        RegistryImages remote = new(client, registry.Reference("team/a:1"));
        await remote.WriteAsync(inBundle, CancellationToken.None);
        Assert.Equal(image.RawManifest.Bytes.ToArray(), registry.Manifest("team/a", "1"));
        // Nobody finds the image by its tag before what is said of it is there.
        Assert.Equal("PUT /v2/team/a/manifests/1", registry.Requests[^1].ToString());

        IReadOnlyList<Image> inRegistry = await ReadAsync(new RegistryImages(client, registry.Reference("team/a:1")));
        Assert.Equal(wanted, Told(inRegistry[0]));
        OciArchive.Write(In("archive.tar"), inRegistry, CancellationToken.None);
        IReadOnlyList<Image> inArchive = await ReadAsync(OciArchive.Open(In("archive.tar"), CancellationToken.None));
        Assert.Equal(wanted, Told(inArchive[0]));
        foreach (Layer blob in inArchive[0].Attached.SelectMany(artifact => artifact.Blobs))
        {
            await using Stream content = await blob.OpenAsync(CancellationToken.None); // checked on the way
            await content.CopyToAsync(Stream.Null);
        }
    }

    [Fact]
    public async Task A_bundle_is_the_same_whatever_the_order_in_which_things_are_attached()
    {
        Image image = Attached(ImageOf("r.example/a:1", Noise(1, 5000)));
        await WriteAsync(In("one.nfb"), image);
        await WriteAsync(In("two.nfb"), image with { Attached = [.. image.Attached.Reverse()] });
        Assert.Equal(File.ReadAllBytes(In("one.nfb")), File.ReadAllBytes(In("two.nfb")));
    }

    [Fact]
    public async Task A_bundle_without_anything_attached_says_nothing_of_it()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 100)));
        Assert.Null(BundleFile.Open(In("site.nfb")).Index.Referrers);
    }

    [Fact]
    public async Task What_is_attached_is_served_as_registries_and_as_clients_without_them_find_it()
    {
        Image image = Attached(ImageOf("r.example/a:1", Noise(1, 5000)));
        await WriteAsync(In("site.nfb"), image);
        await using ServedRoom served = new(In("site.nfb"));
        Digest subject = image.Descriptor.Digest;
        JsonNode all = await served.JsonAsync($"/v2/a/referrers/{subject}");
        Assert.Equal(MediaTypes.Index, all["mediaType"]!.GetValue<string>());
        Assert.Equal(
            ["application/spdx+json", "application/x.report"],
            all["manifests"]!.AsArray().Select(entry => entry!["artifactType"]!.GetValue<string>()).Order()
        );
        using HttpResponseMessage filtered = await served.GetAsync($"/v2/a/referrers/{subject}?artifactType=application%2Fspdx%2Bjson");
        Assert.Equal("artifactType", ServedRoom.Header(filtered, "OCI-Filters-Applied"));
        Assert.Single(JsonNode.Parse(await filtered.Content.ReadAsStringAsync())!["manifests"]!.AsArray());
        Assert.Equal(
            ["1", ReferrerTags.IndexOf(subject), ReferrerTags.SignaturesOf(subject), ReferrerTags.AttestationsOf(subject)],
            (await served.JsonAsync("/v2/a/tags/list"))["tags"]!
                .AsArray()
                .Select(tag => tag!.GetValue<string>())
                .Where(tag => tag == "1" || tag.Contains(subject.Hex, StringComparison.Ordinal))
                .OrderBy(tag => tag.Length)
                .ThenByDescending(tag => tag)
        );
        Assert.Equal(all.ToJsonString(), (await served.JsonAsync($"/v2/a/manifests/{ReferrerTags.IndexOf(subject)}")).ToJsonString());
        Assert.Empty((await served.JsonAsync($"/v2/a/referrers/{Digest.Of("nothing"u8)}"))["manifests"]!.AsArray());

        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        IReadOnlyList<Image> read = await ReadAsync(new RegistryImages(client, ImageReference.Parse($"{served.Host}/a:1")));
        Assert.Equal(Told(image), Told(read[0]));
    }

    [Fact]
    public async Task What_an_image_s_own_index_says_of_it_goes_with_the_index()
    {
        Image image = ImageOf("r.example/a:1", Noise(1, 5000));
        Artifact attestation = Named(image.Descriptor, "application/vnd.in-toto+json", "{}");
        Descriptor listed = attestation.Manifest.Descriptor with
        {
            Platform = new("unknown", "unknown"),
            Annotations = new() { ["vnd.docker.reference.digest"] = image.Descriptor.Digest.ToString() },
        };
        ImageIndex index = new() { Manifests = [image.Descriptor with { Platform = image.Platform }, listed] };
        Descriptor root = Store.Write(MediaTypes.Index, OciJson.Write(index)).Descriptor;
        foreach (
            RawDocument document in (RawDocument[])
                [attestation.Manifest, NoConfig, RawDocument.Create("application/vnd.in-toto+json", "{}"u8.ToArray())]
        )
            Store.Write(document.Bytes.Span);
        await OciLayout.WriteAsync(
            In("layout"),
            StoredImages.Of(Store, root, ImageReference.Parse("r.example/a:1")),
            CancellationToken.None
        );
        // The layout has what was stored as an image's alone: the rest is brought as a tool does that copies all.
        foreach (Digest digest in attestation.Digests)
            OciLayout.Open(In("layout")).Blobs.Write(Store.ReadAllBytes(digest, int.MaxValue));

        IReadOnlyList<Image> read = await ReadAsync(OciLayout.Open(In("layout")));
        Assert.True(Assert.Single(read[0].Attached).IsInIndex);
        await WriteAsync(In("site.nfb"), [.. read]);
        Assert.Null(BundleFile.Open(In("site.nfb")).Index.Referrers); // the index lists it
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.ChecksIndexes = true;
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        await new RegistryImages(client, registry.Reference("a:1")).WriteAsync(
            await ReadAsync(BundleFile.Open(In("site.nfb"))),
            CancellationToken.None
        );
        Assert.Equal(root.Digest, Digest.Of(registry.Manifest("a", "1")!));
        await using ServedRoom served = new(In("site.nfb"));
        foreach (ImageReference place in (ImageReference[])[registry.Reference("a:1"), ImageReference.Parse($"{served.Host}/a:1")])
        {
            Artifact there = Assert.Single((await ReadAsync(new RegistryImages(client, place)))[0].Attached);
            Assert.Equal((attestation.Manifest.Descriptor.Digest, true), (there.Manifest.Descriptor.Digest, there.IsInIndex));
        }

        OciArchive.Write(In("archive.tar"), await ReadAsync(BundleFile.Open(In("site.nfb"))), CancellationToken.None);
        IReadOnlyList<Image> inArchive = await ReadAsync(OciArchive.Open(In("archive.tar"), CancellationToken.None)); // one entry
        Assert.True(Assert.Single(inArchive[0].Attached).IsInIndex);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_layer_of_several_images_is_sent_once_where_the_registry_mounts(bool mounts)
    {
        byte[] shared = Noise(7, 5000);
        Image[] images = [ImageOf("r.example/a:1", shared), ImageOf("r.example/b:1", shared, Noise(8, 100))];
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.MountsSupported = mounts;
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        await new RegistryImages(client, registry.Reference("a:1")).WriteAsync([images[0]], CancellationToken.None);
        await new RegistryImages(client, registry.Reference("b:1")).WriteAsync([images[1]], CancellationToken.None);
        int sent = registry.Requests.Count(request =>
            request.Method == "PUT" && request.Query.Contains(Digest.Of(shared).Hex, StringComparison.Ordinal)
        );
        Assert.Equal(mounts ? 1 : 2, sent);
        Assert.Equal(shared, registry.Blob("b", Digest.Of(shared)));
    }

    [Fact]
    public async Task What_a_layout_lists_and_does_not_have_is_left_out()
    {
        Image image = Attached(ImageOf("r.example/a:1", Noise(1, 5000)));
        OciLayout layout = await OciLayout.WriteAsync(In("layout"), [image], CancellationToken.None);
        Artifact signatures = image.Attached.Single(artifact => artifact.Tag == ReferrerTags.SignaturesOf(image.Descriptor.Digest));
        File.Delete(layout.Blobs.PathOf(signatures.Manifest.Descriptor.Digest));
        IReadOnlyList<Image> read = await ReadAsync(OciLayout.Open(In("layout")));
        Assert.Equal(4, read[0].Attached.Count);
        Assert.DoesNotContain(read[0].Attached, artifact => artifact.Tag == signatures.Tag);
    }

    [Fact]
    public async Task Images_that_are_written_again_keep_what_was_attached_to_them_there()
    {
        Image image = ImageOf("r.example/a:1", Noise(1, 5000));
        await OciLayout.WriteAsync(In("layout"), [Attached(image)], CancellationToken.None);
        await OciLayout.WriteAsync(In("layout"), [image], CancellationToken.None);
        Assert.Equal(Told(Attached(image)), Told((await ReadAsync(OciLayout.Open(In("layout"))))[0]));
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        foreach (Image written in (Image[])[Attached(image), image])
            await new RegistryImages(client, registry.Reference("a:1")).WriteAsync([written], CancellationToken.None);
        IReadOnlyList<Image> read = await ReadAsync(new RegistryImages(client, registry.Reference("a:1")));
        Assert.Equal(Told(Attached(image)), Told(read[0]));
    }

    private static async Task<IReadOnlyList<Image>> ReadAsync(IImageSource source)
    {
        ImageEntry entry = Assert.Single(await source.ListAsync(CancellationToken.None));
        return await source.WithAttachedAsync(await source.OpenAllAsync(entry, CancellationToken.None), CancellationToken.None);
    }

    /// <summary>An SBOM with a signature of its own, a report, and what cosign 2 signs and attests.</summary>
    private static Image Attached(Image image)
    {
        Artifact sbom = Named(image.Descriptor, "application/spdx+json", "{\"spdxVersion\":\"SPDX-2.3\"}");
        return image with
        {
            Attached =
            [
                sbom,
                Named(sbom.Manifest.Descriptor, "application/x.signature", "of the SBOM"),
                Named(image.Descriptor, "application/x.report", "all is well"),
                Tagged(image.Descriptor, ReferrerTags.SignaturesOf(image.Descriptor.Digest)),
                Tagged(image.Descriptor, ReferrerTags.AttestationsOf(image.Descriptor.Digest)),
            ],
        };
    }

    private static Artifact Named(Descriptor subject, string type, string content)
    {
        RawDocument layer = RawDocument.Create(type, System.Text.Encoding.UTF8.GetBytes(content));
        Manifest manifest = new()
        {
            ArtifactType = type,
            Config = NoConfig.Descriptor,
            Layers = [layer.Descriptor],
            Subject = new(subject.MediaType, subject.Digest, subject.Size),
            Annotations = new() { ["made"] = "here" },
        };
        return new(RawDocument.Create(MediaTypes.Manifest, OciJson.Write(manifest)), [Layer.Of(NoConfig), Layer.Of(layer)])
        {
            Subject = subject,
            Type = type,
            Annotations = manifest.Annotations,
        };
    }

    private static Artifact Tagged(Descriptor subject, string tag)
    {
        RawDocument layer = RawDocument.Create("application/vnd.dev.cosign.simplesigning.v1+json", System.Text.Encoding.UTF8.GetBytes(tag));
        RawDocument manifest = RawDocument.Create(
            MediaTypes.Manifest,
            OciJson.Write(new Manifest { Config = NoConfig.Descriptor, Layers = [layer.Descriptor] })
        );
        return new(manifest, [Layer.Of(NoConfig), Layer.Of(layer)]) { Subject = subject, Tag = tag };
    }

    /// <summary>All that is known of what is attached to an image.</summary>
    private static string[] Told(Image image) =>
        [
            .. image
                .Attached.Select(artifact =>
                    string.Join(
                        ' ',
                        [
                            artifact.Subject.Digest.ToString(),
                            artifact.Manifest.Descriptor.Digest.ToString(),
                            artifact.Type,
                            artifact.Tag,
                            artifact.Annotations?["made"],
                            .. artifact.Blobs.Select(blob => blob.Descriptor.Digest.ToString()),
                        ]
                    )
                )
                .Order(StringComparer.Ordinal),
        ];
}
