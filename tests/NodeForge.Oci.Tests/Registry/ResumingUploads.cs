using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Registry;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;

namespace NodeForge.Oci.Tests.Registry;

public sealed class ResumingUploads : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-uploads-").FullName;
    private readonly Layer layer;
    private readonly byte[] bytes = Bytes(10_000);

    public ResumingUploads()
    {
        BlobStore store = new(folder);
        Descriptor blob = new(MediaTypes.Layer, store.Write(bytes), bytes.Length);
        layer = Oci.Layer.Of(store, blob, blob.Digest);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_blob_goes_in_chunks_and_is_not_sent_where_it_is()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        long sent = 0;
        Assert.True(await Upload(client, registry).RunAsync(count => sent += count, CancellationToken.None));
        Assert.Equal(bytes.Length, sent);
        Assert.Equal(bytes, registry.Blob("x/y", layer.Descriptor.Digest));
        Assert.Equal(3, registry.Requests.Count(request => request.Method == "PATCH")); // 4096 + 4096 + 1808
        Assert.False(await Upload(client, registry).RunAsync(_ => { }, CancellationToken.None));
    }

    [Fact]
    public async Task An_attempt_after_one_that_was_cut_sends_what_the_registry_has_not_kept()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        ResumableUpload upload = Upload(client, registry);
        long sent = 0;
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(500)); // before anything
        await FailsAsync(ErrorCodes.RegistryFailed, () => RunAsync(), transient: true);
        CutAfter cut = new(registry, chunks: 1, bytes: 1000);
        await FailsAsync(ErrorCodes.RegistryUnreachable, () => upload.RunAsync(cut.Advance, CancellationToken.None), transient: true);
        Assert.True(await RunAsync());
        Assert.Equal(bytes.Length - 4096 - 1000, sent);
        Assert.Equal(bytes, registry.Blob("x/y", layer.Descriptor.Digest));
        Assert.Equal(2, registry.Requests.Count(request => request.Method == "POST")); // the first was refused

        Task<bool> RunAsync() => upload.RunAsync(count => sent += count, CancellationToken.None);
    }

    [Fact]
    public async Task An_upload_that_the_registry_has_forgotten_is_begun_anew()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        ResumableUpload upload = Upload(client, registry);
        CutAfter cut = new(registry, chunks: 1, bytes: 1000);
        await FailsAsync(ErrorCodes.RegistryUnreachable, () => upload.RunAsync(cut.Advance, CancellationToken.None));
        registry.ForgetUploads();
        Assert.True(await upload.RunAsync(_ => { }, CancellationToken.None));
        Assert.Equal(bytes, registry.Blob("x/y", layer.Descriptor.Digest));
    }

    [Theory]
    [InlineData(1, 416)]
    [InlineData(1, 404)]
    [InlineData(2, 416)]
    [InlineData(3, 404)] // where the upload is ended
    public async Task An_upload_that_is_lost_on_the_way_is_taken_up_again_at_once(int chunks, int status)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        int left = chunks;
        await Upload(client, registry)
            .RunAsync(
                _ =>
                {
                    if (--left == 0)
                        registry.Fail("/blobs/uploads/", new RegistryFault.Status(status));
                },
                CancellationToken.None
            );
        Assert.Equal(bytes, registry.Blob("x/y", layer.Descriptor.Digest));
    }

    [Fact]
    public async Task An_upload_that_is_forgotten_on_the_way_is_begun_anew_at_once()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        int left = 2;
        await Upload(client, registry)
            .RunAsync(
                _ =>
                {
                    if (--left == 0)
                        registry.ForgetUploads();
                },
                CancellationToken.None
            );
        Assert.Equal(bytes, registry.Blob("x/y", layer.Descriptor.Digest));
        Assert.Equal(2, registry.Requests.Count(request => request.Method == "POST"));
    }

    [Theory]
    [InlineData(413)]
    [InlineData(404)]
    public async Task An_upload_that_is_refused_again_and_again_is_told(int status)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        await FailsAsync(
            status == 404 ? ErrorCodes.RegistryNotFound : ErrorCodes.RegistryFailed,
            () =>
                Upload(client, registry)
                    .RunAsync(_ => registry.Fail("/blobs/uploads/", new RegistryFault.Status(status), times: 9), CancellationToken.None)
        );
    }

    [Fact]
    public async Task A_registry_gets_chunks_as_long_as_it_wants_them()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        registry.LeastChunk = 6000;
        using RegistryClient client = Client();
        List<long> chunks = [];
        await Upload(client, registry).RunAsync(chunks.Add, CancellationToken.None);
        Assert.Equal([6000, 4000], chunks);
    }

    [Fact]
    public async Task Content_that_is_not_what_it_should_be_is_never_whole_there()
    {
        File.WriteAllBytes(new BlobStore(folder).PathOf(layer.Descriptor.Digest), Bytes(10_000).Reverse().ToArray());
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        await FailsAsync(ErrorCodes.DigestMismatch, () => Upload(client, registry).RunAsync(_ => { }, CancellationToken.None));
        Assert.Null(registry.Blob("x/y", layer.Descriptor.Digest));
    }

    private ResumableUpload Upload(RegistryClient client, InMemoryRegistry registry) =>
        new(client, layer, registry.Reference("x/y:v1")) { ChunkSize = 4096 };

    /// <summary>Has the registry break the connection in the chunk after some.</summary>
    private sealed class CutAfter(InMemoryRegistry registry, int chunks, int bytes)
    {
        private int left = chunks;

        public void Advance(long count)
        {
            if (--left == 0)
                registry.Fail("/blobs/uploads/", new RegistryFault.BreakUpload(bytes));
        }
    }
}
