using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Registry;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;

namespace NodeForge.Oci.Tests.Registry;

public sealed class PushingToARegistryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-push-").FullName;
    private readonly SmallImage amd = SmallImage.Of("amd", Platform.LinuxAmd64);
    private readonly SmallImage arm = SmallImage.Of("arm", Platform.LinuxArm64);
    private readonly BlobStore store;

    public PushingToARegistryTests()
    {
        store = new(folder);
        foreach (byte[] blob in amd.Blobs.Concat(arm.Blobs))
            store.Write(blob);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(RegistryAuthentication.None)]
    [InlineData(RegistryAuthentication.Bearer)]
    public async Task What_is_pushed_is_pulled_bit_for_bit(RegistryAuthentication mode)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync(mode);
        using RegistryClient client = Client(new FixedCredentials(new(InMemoryRegistry.User, InMemoryRegistry.Password)));
        Descriptor index = Index();
        ImageReference pushed = await new RegistryPusher(client).PushAsync(
            StoredImages.Of(store, index),
            registry.Reference("x/y:v1"),
            default
        );

        Assert.Equal(index.Digest, pushed.Digest);
        Image pulled = await new RegistryImages(client, registry.Reference("x/y:v1")).FindAsync(null, Platform.LinuxArm64, default);
        Assert.Equal(arm.Manifest, pulled.RawManifest.Bytes.ToArray());
        Assert.Equal((index.Digest, Digest.Of(arm.Config)), (pulled.Root.Digest, pulled.Id));
        Assert.Equal(arm.Layer, await client.BlobAsync(registry, "x/y", pulled.Manifest.Layers[0]));
    }

    [Fact]
    public async Task The_tag_is_set_when_everything_that_it_names_is_there()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        await new RegistryPusher(client).PushAsync(StoredImages.Of(store, Index()), registry.Reference("x:v1"), default);
        Assert.Equal("PUT /v2/x/manifests/v1", registry.Requests[^1].ToString());
        Assert.DoesNotContain(
            registry.Requests,
            request => request.Path.EndsWith("/manifests/v1", StringComparison.Ordinal) && request != registry.Requests[^1]
        );
    }

    [Fact]
    public async Task A_blob_that_is_there_is_not_sent_again()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        RegistryPusher pusher = new(client);
        Descriptor layer = new(MediaTypes.Layer, Digest.Of(amd.Layer), amd.Layer.Length);
        Assert.True(await pusher.PushBlobAsync(Oci.Layer.Of(store, layer, layer.Digest), registry.Reference("x"), null, default));
        Assert.False(await pusher.PushBlobAsync(Oci.Layer.Of(store, layer, layer.Digest), registry.Reference("x"), null, default));
        Assert.Equal(1, registry.Requests.Count(request => request.Method == "PUT"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_blob_of_another_repository_is_mounted_or_sent_where_the_registry_does_not_mount(bool mounts)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.MountsSupported = mounts;
        using RegistryClient client = Client();
        Descriptor layer = registry.AddBlob("from/here", amd.Layer);
        Assert.Equal(
            !mounts,
            await new RegistryPusher(client).PushBlobAsync(
                Oci.Layer.Of(store, layer, layer.Digest),
                registry.Reference("to"),
                "from/here",
                default
            )
        );
        Assert.Equal(amd.Layer, registry.Blob("to", layer.Digest));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(403)]
    public async Task A_mount_that_is_refused_is_followed_by_an_upload(int status)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        registry.Fail("/uploads/", new RegistryFault.Status(status));
        Descriptor layer = registry.AddBlob("from/here", amd.Layer);
        Assert.True(
            await new RegistryPusher(client).PushBlobAsync(
                Oci.Layer.Of(store, layer, layer.Digest),
                registry.Reference("to"),
                "from/here",
                default
            )
        );
        Assert.Equal(amd.Layer, registry.Blob("to", layer.Digest));
    }

    [Fact]
    public async Task A_mount_that_is_said_to_be_done_and_is_not_is_followed_by_an_upload()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        registry.Fail("/uploads/", new RegistryFault.Status(201));
        Assert.True(
            await new RegistryPusher(client).PushBlobAsync(
                Oci.Layer.Of(store, Layer, Layer.Digest),
                registry.Reference("to"),
                "from/here",
                default
            )
        );
        Assert.Equal(amd.Layer, registry.Blob("to", Layer.Digest));
    }

    [Theory]
    [InlineData(201, "/upload", "/upload?digest=")]
    [InlineData(202, "/upload?state=a%2Bb", "/upload?state=a%2Bb&digest=")]
    [InlineData(202, "/upload?", "/upload?digest=")]
    [InlineData(202, "/upload?a=1&", "/upload?a=1&digest=")]
    [InlineData(202, "/upload?a=1#here", "/upload?a=1&digest=")]
    [InlineData(202, "/upload#here", "/upload?digest=")]
    public async Task An_upload_goes_where_the_registry_says_with_the_digest_behind_what_it_said(int status, string location, string sent)
    {
        await using ScriptedServer server = new();
        using RegistryClient client = Client();
        server.Serve("/v2/a/blobs/uploads/", Replies.Status(status, headers: ("Location", location)));
        server.Serve("/upload", Replies.Status(201));
        Assert.True(
            await new RegistryPusher(client).PushBlobAsync(
                Oci.Layer.Of(store, Layer, Layer.Digest),
                ScriptedHosts.Reference(server, "a"),
                null,
                default
            )
        );
        Assert.Equal(("PUT", sent + Layer.Digest), (server.Requests[^1].Method, server.Requests[^1].Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_that_is_accepted_and_not_kept_is_asked_for(bool kept)
    {
        await using ScriptedServer server = new();
        using RegistryClient client = Client();
        server.Serve("/v2/a/blobs/uploads/", Replies.Status(202, headers: ("Location", "/upload")));
        server.Serve("/upload", Replies.Status(202));
        server.Serve($"/v2/a/blobs/{Layer.Digest}", Replies.Status(404), Replies.Status(kept ? 200 : 404));
        Task<bool> pushing = new RegistryPusher(client).PushBlobAsync(
            Oci.Layer.Of(store, Layer, Layer.Digest),
            ScriptedHosts.Reference(server, "a"),
            null,
            default
        );
        if (kept)
            Assert.True(await pushing);
        else
            Assert.Equal("status 202", (await FailsAsync(ErrorCodes.RegistryResponseInvalid, () => pushing)).Got);
    }

    private Descriptor Layer => new(MediaTypes.Layer, Digest.Of(amd.Layer), amd.Layer.Length);

    [Fact]
    public async Task An_image_that_is_not_whole_is_not_begun()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        File.Delete(store.PathOf(Digest.Of(arm.Layer)));
        await FailsAsync(
            ErrorCodes.ImageBlobMissing,
            () => new RegistryPusher(client).PushAsync(StoredImages.Of(store, Index()), registry.Reference("x:v1"), default)
        );
        Assert.Empty(registry.Requests);
    }

    private Descriptor Index()
    {
        byte[] index = OciJson.Write(new ImageIndex { Manifests = [amd.Descriptor, arm.Descriptor] });
        return new(MediaTypes.Index, store.Write(index), index.Length);
    }
}
