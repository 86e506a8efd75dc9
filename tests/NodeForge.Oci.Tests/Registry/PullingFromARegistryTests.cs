using System.Security.Cryptography;
using System.Text;
using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Registry;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;

namespace NodeForge.Oci.Tests.Registry;

public sealed class PullingFromARegistryTests : IAsyncLifetime
{
    private readonly RegistryClient client = Client();
    private InMemoryRegistry registry = null!;

    public async ValueTask InitializeAsync() => registry = await InMemoryRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task A_tag_and_its_digest_give_the_same_bytes_as_they_were_pushed()
    {
        SmallImage image = SmallImage.Of("x", Platform.LinuxAmd64);
        image.PushTo(registry, "a/b", "v1");
        RawDocument byTag = await client.GetAsync(registry, "a/b:v1");
        RawDocument byDigest = await client.GetAsync(registry, "a/b@" + byTag.Descriptor.Digest);
        Assert.Equal(image.Manifest, byTag.Bytes.ToArray());
        Assert.Equal(byTag.Descriptor, byDigest.Descriptor);
        Assert.Equal(image.Descriptor.Digest, await client.ResolveAsync(registry.Reference("a/b:v1"), default));
        Assert.Null(await client.ResolveAsync(registry.Reference("a/b:other"), default));
    }

    [Fact]
    public async Task A_platform_is_picked_from_an_index_and_attestations_are_passed_over()
    {
        SmallImage amd = SmallImage.Of("amd", Platform.LinuxAmd64),
            arm = SmallImage.Of("arm", Platform.LinuxArm64 with { Variant = "v8" });
        amd.PushTo(registry, "m", null);
        arm.PushTo(registry, "m", null);
        Descriptor attestation = amd.Descriptor with { Platform = new("unknown", "unknown") };
        registry.AddManifest(
            "m",
            "all",
            OciJson.Write(new ImageIndex { Manifests = [attestation, amd.Descriptor, arm.Descriptor] }),
            MediaTypes.Index
        );

        RawDocument manifest = await client.GetManifestAsync(registry.Reference("m:all"), Platform.LinuxArm64, default);
        Assert.Equal(arm.Descriptor.Digest, manifest.Descriptor.Digest);
        Diagnostic missing = await FailsAsync(
            ErrorCodes.PlatformMissing,
            () => client.GetManifestAsync(registry.Reference("m:all"), Platform.Parse("linux/s390x"), default)
        );
        Assert.Equal("linux/amd64 linux/arm64/v8", missing.Got);
    }

    [Fact]
    public async Task A_blob_comes_whole_or_from_the_byte_that_is_wanted()
    {
        byte[] bytes = Bytes(5000);
        Descriptor blob = registry.AddBlob("b", bytes);
        Assert.Equal(bytes, await client.BlobAsync(registry, "b", blob));
        Assert.Equal(bytes[4000..], await client.BlobAsync(registry, "b", blob, 4000));
    }

    [Fact]
    public async Task A_registry_that_ignores_ranges_begins_anew_and_says_so()
    {
        registry.RangesSupported = false;
        Descriptor blob = registry.AddBlob("b", Bytes(5000));
        using RemoteBlob remote = await client.OpenBlobAsync(registry.Reference("b"), blob, 4000, default);
        Assert.Equal(0, remote.Offset);
    }

    [Fact]
    public async Task Bytes_that_are_not_the_digests_are_never_read_to_their_end()
    {
        Descriptor blob = registry.AddBlob("b", Bytes(5000));
        registry.Fail("/blobs/", new RegistryFault.FlipLastByte());
        Diagnostic wrong = await FailsAsync(
            ErrorCodes.RegistryContentMismatch,
            () => client.BlobAsync(registry, "b", blob),
            transient: false
        );
        Assert.Equal(blob.Digest.ToString(), wrong.Want);
        registry.Fail("/blobs/", new RegistryFault.Lengthen(7));
        await FailsAsync(ErrorCodes.RegistryContentMismatch, () => client.BlobAsync(registry, "b", blob));
        await FailsAsync(ErrorCodes.RegistryContentMismatch, () => client.BlobAsync(registry, "b", blob with { Size = 4999 }));
    }

    [Fact]
    public async Task A_connection_that_breaks_in_a_blob_is_worth_another_try()
    {
        Descriptor blob = registry.AddBlob("b", Bytes(500_000));
        registry.Fail("/blobs/", new RegistryFault.Truncate(100_000));
        Diagnostic broken = await FailsAsync(ErrorCodes.RegistryUnreachable, () => client.BlobAsync(registry, "b", blob), transient: true);
        Assert.Contains("bytes", broken.Got, StringComparison.Ordinal);
        Assert.Equal(500_000, (await client.BlobAsync(registry, "b", blob)).Length);
    }

    [Fact]
    public async Task A_registry_that_stalls_is_left_when_the_caller_has_waited_enough()
    {
        Descriptor blob = registry.AddBlob("b", Bytes(5000));
        registry.Fail("/blobs/", new RegistryFault.Stall(100));
        using CancellationTokenSource patience = new();
        using RemoteBlob remote = await client.OpenBlobAsync(registry.Reference("b"), blob, 0, patience.Token);
        Task reading = remote.Content.CopyToAsync(Stream.Null, patience.Token);
        Assert.NotSame(reading, await Task.WhenAny(reading, Task.Delay(200, CancellationToken.None)));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_manifest_that_is_not_the_announced_or_the_asked_one_is_refused()
    {
        SmallImage.Of("x", Platform.LinuxAmd64).PushTo(registry, "a", "v1");
        registry.Fail("/manifests/", new RegistryFault.AnnounceDigest(Digest.Of("other"u8).ToString()));
        await FailsAsync(ErrorCodes.RegistryContentMismatch, () => client.GetAsync(registry, "a:v1"));
        Digest real = Digest.Of(registry.Manifest("a", "v1")!);
        registry.Fail("/manifests/", new RegistryFault.FlipLastByte());
        await FailsAsync(ErrorCodes.RegistryContentMismatch, () => client.GetAsync(registry, "a@" + real));
    }

    [Fact]
    public async Task A_digest_of_another_algorithm_is_compared_by_its_own()
    {
        SmallImage image = SmallImage.Of("x", Platform.LinuxAmd64);
        image.PushTo(registry, "a", "v1");
        registry.Fail(
            "/manifests/",
            new RegistryFault.AnnounceDigest("sha512:" + Convert.ToHexStringLower(SHA512.HashData(image.Manifest)))
        );
        Assert.Equal(image.Descriptor.Digest, (await client.GetAsync(registry, "a:v1")).Descriptor.Digest);
        registry.Fail("/manifests/", new RegistryFault.AnnounceDigest("sha512:" + new string('a', 128)));
        await FailsAsync(ErrorCodes.RegistryContentMismatch, () => client.GetAsync(registry, "a:v1"));
        registry.Fail("/manifests/", new RegistryFault.AnnounceDigest("blake3:0123"));
        Assert.Equal(image.Manifest, (await client.GetAsync(registry, "a:v1")).Bytes.ToArray());
    }

    [Fact]
    public async Task A_registry_that_names_no_media_type_is_understood_by_the_document()
    {
        SmallImage.Of("x", Platform.LinuxAmd64).PushTo(registry, "a", "v1");
        registry.Fail("/manifests/", new RegistryFault.AnnounceType("application/json"));
        Assert.Equal(MediaTypes.Manifest, (await client.GetAsync(registry, "a:v1")).Descriptor.MediaType);
    }

    [Fact]
    public async Task A_portals_web_page_is_shown_for_what_it_is()
    {
        registry.Fail(
            "/manifests/",
            new RegistryFault.Status(200, "<html>\n<title>Please\u001b[31m log in</title>" + new string('x', 200), "text/html")
        );
        Diagnostic page = await FailsAsync(ErrorCodes.RegistryResponseInvalid, () => client.GetAsync(registry, "a:v1"), transient: false);
        Assert.Contains("<html> <title>Please\\x1b[31m log in", page.Got, StringComparison.Ordinal);
        Assert.True(page.Got!.Length < 110);
    }

    [Theory]
    [InlineData(403, "NF3203", false)]
    [InlineData(404, "NF3204", false)]
    [InlineData(408, "NF3206", true)]
    [InlineData(429, "NF3205", true)]
    [InlineData(500, "NF3206", true)]
    [InlineData(503, "NF3206", true)]
    [InlineData(418, "NF3206", false)]
    public async Task A_status_is_named_with_registry_repository_and_what_the_registry_said(int status, string code, bool transient)
    {
        registry.Fail("/manifests/", new RegistryFault.Status(status, "{\"errors\":[{\"code\":\"WHY\"}]}"));
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() => client.GetAsync(registry, "some/repository:v1"));
        Assert.Equal(code, failed.Diagnostics[0].Code.Id);
        Assert.Equal(transient, RegistryFailure.Of(failed)!.Transient);
        Assert.Contains(registry.Host, failed.Message, StringComparison.Ordinal);
        Assert.Contains("some/repository", failed.Message, StringComparison.Ordinal);
        Assert.Contains($"{status} {{\"errors\":[{{\"code\":\"WHY\"}}]}}", failed.Message, StringComparison.Ordinal);
        Assert.Single(registry.Requests);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Thu, 01 Jan 1970 00:01:00 GMT", 0)]
    public async Task How_long_a_registry_asks_to_wait_is_told(string header, int seconds)
    {
        registry.Fail("/manifests/", new RegistryFault.Status(429, RetryAfter: header));
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() => client.GetAsync(registry, "a:v1"));
        Assert.Equal(TimeSpan.FromSeconds(seconds), RegistryFailure.Of(failed)!.RetryAfter);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_worth_another_try()
    {
        await registry.DisposeAsync();
        await FailsAsync(ErrorCodes.RegistryUnreachable, () => client.GetAsync(registry, "a:v1"), transient: true);
    }

    [Fact]
    public async Task A_redirect_without_end_is_refused()
    {
        registry.Fail("/manifests/", new RegistryFault.Redirect("/v2/a/manifests/v1"), times: 100);
        await FailsAsync(ErrorCodes.RegistryResponseInvalid, () => client.GetAsync(registry, "a:v1"));
    }

    [Fact]
    public async Task A_handler_that_refuses_the_network_is_all_that_offline_needs()
    {
        using RefusingHandler refusing = new();
        using RegistryClient offline = new(refusing, new());
        await FailsAsync(ErrorCodes.InvalidCommandLine, () => offline.GetAsync(registry, "a:v1"));
        Assert.Empty(registry.Requests);
    }

    [Fact]
    public async Task A_manifest_of_four_mebibytes_and_a_byte_is_not_read()
    {
        registry.AddManifest("a", "v1", Encoding.ASCII.GetBytes(new string(' ', ImageDocument.MaxBytes + 1)), MediaTypes.Manifest);
        await FailsAsync(ErrorCodes.RegistryResponseInvalid, () => client.GetAsync(registry, "a:v1"));
    }

    private sealed class RefusingHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidCommandLine, "offline"));
    }
}
