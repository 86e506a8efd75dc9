using System.Net;
using System.Net.Http.Headers;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;

namespace NodeForge.Bundles.Tests;

/// <summary>A bundle as a registry, asked as clients ask one (distribution-spec).</summary>
public sealed class ServingBundles : BundleRoom
{
    [Fact]
    public async Task An_image_comes_out_of_the_registry_as_it_went_into_the_bundle()
    {
        Image image = ImageOf("r.example/team/a:1", Text(1, 5_000_000), Noise(2, 5000));
        await WriteAsync(In("site.nfb"), image);
        await using ServedRoom served = new(In("site.nfb"));
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        foreach (string name in (string[])["team/a", "r.example/team/a"])
        {
            RegistryImages source = new(client, ImageReference.Parse($"{served.Host}/{name}:1"));
            Image read = await source.FindAsync(null, Platform.LinuxAmd64, CancellationToken.None);
            Assert.Equal(image.Descriptor.Digest, read.Descriptor.Digest);
            foreach (Layer layer in read.Layers)
            {
                await using Stream content = await layer.OpenAsync(CancellationToken.None); // checked on the way
                await content.CopyToAsync(Stream.Null);
            }
        }

        Assert.Empty(served.Told);
    }

    [Fact]
    public async Task A_manifest_is_told_with_its_digest_and_type_under_its_tag_and_its_digest()
    {
        Image image = ImageOf("r.example/a:1", Noise(1, 100));
        await WriteAsync(In("site.nfb"), image);
        await using ServedRoom served = new(In("site.nfb"));
        string digest = image.Descriptor.Digest.ToString();
        foreach (string method in (string[])["GET", "HEAD"])
        {
            foreach (string reference in (string[])["1", digest, digest.Replace(":", "%3A", StringComparison.Ordinal)])
            {
                using HttpResponseMessage response = await served.SendAsync(method, $"/v2/a/manifests/{reference}");
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal(MediaTypes.Manifest, response.Content.Headers.ContentType!.MediaType);
                Assert.Equal(digest, ServedRoom.Header(response, "Docker-Content-Digest"));
                Assert.Equal($"\"{digest}\"", response.Headers.ETag!.Tag);
                Assert.Equal("registry/2.0", ServedRoom.Header(response, "Docker-Distribution-API-Version"));
                Assert.Equal(image.RawManifest.Bytes.Length, response.Content.Headers.ContentLength);
                Assert.Equal(method == "GET" ? image.RawManifest.Bytes.ToArray() : [], await response.Content.ReadAsByteArrayAsync());
            }
        }

        using HttpResponseMessage had = await served.GetAsync("/v2/a/manifests/1", ("If-None-Match", $"\"x\", \"{digest}\""));
        Assert.Equal(HttpStatusCode.NotModified, had.StatusCode);
        using HttpResponseMessage front = await served.GetAsync("/v2/");
        Assert.Equal(HttpStatusCode.OK, front.StatusCode);
    }

    [Theory]
    [InlineData("bytes=0-", 0, 10_000)]
    [InlineData("bytes=2500-", 2500, 7500)]
    [InlineData("bytes=1024-2047", 1024, 1024)]
    [InlineData("bytes=9999-20000", 9999, 1)]
    [InlineData("bytes=-100", 9900, 100)]
    [InlineData("bytes=-20000", 0, 10_000)]
    public async Task A_part_of_a_blob_is_given_from_wherever_it_lies(string range, int first, int count)
    {
        byte[] bytes = Text(1, 10_000);
        Image image = ImageOf("r.example/a:1", bytes);
        await WriteAsync(In("site.nfb"), Small(8192), [], image); // records of 1 KiB
        await using ServedRoom served = new(In("site.nfb"));
        string path = $"/v2/a/blobs/{image.Layers[0].Descriptor.Digest}";
        using HttpResponseMessage response = await served.GetAsync(path, ("Range", range));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(new ContentRangeHeaderValue(first, first + count - 1, 10_000), response.Content.Headers.ContentRange);
        Assert.Equal(bytes[first..(first + count)], await response.Content.ReadAsByteArrayAsync());
        using HttpResponseMessage other = await served.GetAsync(path, ("Range", range), ("If-Range", "\"another\""));
        Assert.Equal((HttpStatusCode.OK, 10_000), (other.StatusCode, (await other.Content.ReadAsByteArrayAsync()).Length));
    }

    [Theory]
    [InlineData("bytes=10000-", 416)]
    [InlineData("bytes=-0", 416)]
    [InlineData("bytes=5-2", 200)]
    [InlineData("bytes=0-1,5-6", 200)]
    [InlineData("bytes=a-", 200)]
    [InlineData("bytes=-", 200)]
    [InlineData("pages=1-2", 200)]
    public async Task What_is_no_part_of_a_blob_is_refused_or_stands_for_all_of_it(string range, int status)
    {
        Image image = ImageOf("r.example/a:1", Text(1, 10_000));
        await WriteAsync(In("site.nfb"), image);
        await using ServedRoom served = new(In("site.nfb"));
        using HttpResponseMessage response = await served.GetAsync($"/v2/a/blobs/{image.Layers[0].Descriptor.Digest}", ("Range", range));
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 416)
            Assert.Equal("bytes */10000", ServedRoom.Header(response, "Content-Range"));
    }

    [Fact]
    public async Task Tags_and_repositories_are_listed_in_pieces()
    {
        Image[] images = [.. Enumerable.Range(1, 5).Select(i => ImageOf($"r.example/a:{i}", Noise(i, 100)))];
        await WriteAsync(In("site.nfb"), [.. images, ImageOf("docker.io/library/b:x", Noise(9, 100))]);
        await using ServedRoom served = new(In("site.nfb"));
        Assert.Equal("""{"name":"a","tags":["1","2","3","4","5"]}""", (await served.JsonAsync("/v2/a/tags/list")).ToJsonString());
        using HttpResponseMessage first = await served.GetAsync("/v2/a/tags/list?n=2");
        Assert.Equal("</v2/a/tags/list?n=2&last=2>; rel=\"next\"", ServedRoom.Header(first, "Link"));
        Assert.Equal("""{"name":"a","tags":["3","4"]}""", (await served.JsonAsync("/v2/a/tags/list?n=2&last=2")).ToJsonString());
        using HttpResponseMessage last = await served.GetAsync("/v2/a/tags/list?n=2&last=4");
        Assert.False(last.Headers.Contains("Link"));
        Assert.Equal("""{"repositories":["a","library/b"]}""", (await served.JsonAsync("/v2/_catalog")).ToJsonString());
        Assert.Equal("x", (await served.JsonAsync("/v2/b/tags/list"))["tags"]![0]!.GetValue<string>()); // as docker shortens it
    }

    [Fact]
    public async Task A_name_that_two_registries_have_is_told_apart_and_never_guessed()
    {
        Image ours = ImageOf("r.example/a:1", Noise(1, 100));
        Image theirs = ImageOf("q.example/a:1", Noise(2, 100));
        await WriteAsync(In("site.nfb"), ours, theirs, ImageOf("q.example/a:2", Noise(2, 100)));
        await using ServedRoom served = new(In("site.nfb"));
        using HttpResponseMessage both = await served.GetAsync("/v2/a/manifests/1");
        Assert.Equal((HttpStatusCode.NotFound, "MANIFEST_UNKNOWN"), (both.StatusCode, await ServedRoom.CodeAsync(both)));
        Assert.Contains("q.example/a:1 or r.example/a:1", await both.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(ours.Descriptor.Digest, await DigestAsync("/v2/r.example/a/manifests/1"));
        Assert.Equal(theirs.Descriptor.Digest, await DigestAsync("/v2/a/manifests/1?ns=q.example")); // as containerd asks a mirror
        using HttpResponseMessage foreign = await served.GetAsync("/v2/a/manifests/2?ns=r.example");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using HttpResponseMessage stranger = await served.GetAsync("/v2/a/manifests/1?ns=s.example");
        Assert.Equal("NAME_UNKNOWN", await ServedRoom.CodeAsync(stranger));

        async Task<Digest> DigestAsync(string path)
        {
            using HttpResponseMessage found = await served.GetAsync(path);
            return Digest.Parse(ServedRoom.Header(found, "Docker-Content-Digest"));
        }
    }

    [Fact]
    public async Task Platforms_without_an_index_get_one()
    {
        Image[] images =
        [
            ImageOf("r.example/a:1", Platform.LinuxAmd64, MediaTypes.Layer, Noise(1, 100)),
            ImageOf("r.example/a:1", new Platform("arm64", "linux"), MediaTypes.Layer, Noise(2, 100)),
        ];
        ImageToBundle both = new([.. images.Select(image => new PlatformToBundle(image, null, []))], "asked for");
        await BundleWriter.WriteAsync(
            BundlePlan.Create([both], []),
            In("site.nfb"),
            new(),
            SilentReporter.Instance,
            CancellationToken.None
        );
        await using ServedRoom served = new(In("site.nfb"));
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        foreach (Image image in images)
        {
            RawDocument manifest = await client.GetManifestAsync(
                ImageReference.Parse($"{served.Host}/a:1"),
                image.Platform,
                CancellationToken.None
            );
            Assert.Equal(image.Descriptor.Digest, manifest.Descriptor.Digest);
        }
    }

    [Theory]
    [InlineData("GET", "/v2/a/manifests/2", 404, "MANIFEST_UNKNOWN")]
    [InlineData("GET", "/v2/a/manifests/sha256:0000000000000000000000000000000000000000000000000000000000000000", 404, "MANIFEST_UNKNOWN")]
    [InlineData("GET", "/v2/a/blobs/sha256:0000000000000000000000000000000000000000000000000000000000000000", 404, "BLOB_UNKNOWN")]
    [InlineData("GET", "/v2/a/blobs/1", 404, "BLOB_UNKNOWN")]
    [InlineData("GET", "/v2/b/manifests/1", 404, "NAME_UNKNOWN")]
    [InlineData("GET", "/v2/a/referrers/1", 400, "DIGEST_INVALID")]
    [InlineData("GET", "/v2/a/../../etc/passwd", 404, "UNSUPPORTED")]
    [InlineData("GET", "/", 404, "UNSUPPORTED")]
    [InlineData("POST", "/v2/a/blobs/uploads/", 405, "UNSUPPORTED")]
    [InlineData("PUT", "/v2/a/manifests/1", 405, "UNSUPPORTED")]
    [InlineData("PATCH", "/v2/a/blobs/uploads/1", 405, "UNSUPPORTED")]
    [InlineData("DELETE", "/v2/a/manifests/1", 405, "UNSUPPORTED")]
    public async Task What_is_not_there_and_what_is_not_allowed_is_told_in_the_protocol_s_words(
        string method,
        string path,
        int status,
        string code
    )
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 100)));
        await using ServedRoom served = new(In("site.nfb"));
        using HttpResponseMessage response = await served.SendAsync(method, path);
        Assert.Equal((status, code), ((int)response.StatusCode, await ServedRoom.CodeAsync(response)));
        if (status == 405)
            Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Files_of_a_bundle_are_not_given_away()
    {
        File.WriteAllText(In("secret.yaml"), "for this site alone");
        FileToBundle file = new(In("secret.yaml"), BundledItem.File, "asked for");
        await WriteAsync(In("site.nfb"), new(), [file], ImageOf("r.example/a:1", Noise(1, 100)));
        await using ServedRoom served = new(In("site.nfb"));
        Digest digest = BundleFile.Open(In("site.nfb")).Index.Items.Single().Digest;
        using HttpResponseMessage response = await served.GetAsync($"/v2/a/blobs/{digest}");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData(0)] // in the first record: told in words
    [InlineData(9000)] // later: the answer ends too early
    public async Task Damaged_content_is_never_given_whole(int at)
    {
        byte[] noise = Noise(1, 10_000);
        Image image = ImageOf("r.example/a:1", noise);
        await WriteAsync(In("site.nfb"), Small(), [], image);
        byte[] bytes = File.ReadAllBytes(In("site.nfb"));
        bytes[bytes.AsSpan().IndexOf(noise.AsSpan(at, 16))] ^= 1;
        File.WriteAllBytes(In("site.nfb"), bytes);
        await using ServedRoom served = new(In("site.nfb"));
        string path = $"/v2/a/blobs/{image.Layers[0].Descriptor.Digest}";
        if (at == 0)
        {
            using HttpResponseMessage told = await served.GetAsync(path);
            Assert.Equal(HttpStatusCode.InternalServerError, told.StatusCode);
        }
        else
            await Assert.ThrowsAsync<HttpRequestException>(() => served.GetAsync(path));
        Diagnostic heard = Assert.Single(served.Told);
        Assert.Same(ErrorCodes.BundleRecordDamaged, heard.Code);
        Assert.Equal(In("site.nfb"), heard.Where!.Resource);
        // What lies elsewhere is given all the same.
        using HttpResponseMessage sound = await served.GetAsync(path, ("Range", "bytes=4096-5119"));
        Assert.Equal(noise[4096..5120], await sound.Content.ReadAsByteArrayAsync());
    }
}
