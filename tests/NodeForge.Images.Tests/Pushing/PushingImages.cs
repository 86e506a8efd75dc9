using NodeForge.Images.Exporting;
using NodeForge.Images.Fetching;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Images.Tests.Pushing;

public sealed class PushingImages
{
    private static readonly FetchOptions Options = new() { FirstPause = TimeSpan.FromMilliseconds(5) };

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task A_node_image_is_pulled_as_it_was_built(string compression)
    {
        using NodeRoom node = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        Image image = await node.AssembleAsync(node.Recipe);
        using RegistryClient client = Client();
        string pushed = Assert.Single(await PushAsync(node, client, [$"docker://{registry.Host}/team/node:v1"], compression, image));
        Image pulled = await new RegistryImages(client, registry.Reference("team/node:v1")).FindAsync(
            null,
            Platform.LinuxAmd64,
            CancellationToken.None
        );
        Assert.Equal((image.Id, pushed), (pulled.Id, $"docker://{registry.Host}/team/node:v1@{pulled.Descriptor.Digest}"));
    }

    [Fact]
    public async Task Damaged_content_of_the_cache_gets_no_tag()
    {
        using NodeRoom node = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        Image image = await node.AssembleAsync(node.Recipe with { Images = [] });
        BlobStore cache = new(node.Room["cache/blobs"]) { Cache = new() };
        string layer = cache.PathOf(image.Layers[^1].Descriptor.Digest);
        File.SetUnixFileMode(layer, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (FileStream bytes = new(layer, FileMode.Open, FileAccess.ReadWrite))
        {
            bytes.Position = 700;
            bytes.WriteByte((byte)'?');
        }

        using RegistryClient client = Client();
        BuildEnvironment environment = node.Room.Environment with { Store = cache };
        await Assert.ThrowsAsync<NodeForgeException>(() =>
            WriteAsync(
                environment,
                client,
                [$"docker://{registry.Host}/node:v1"],
                "none",
                Assert.Single(StoredImages.Of(cache, image.Root))
            )
        );
        Assert.Null(registry.Manifest("node", "v1"));
        Assert.Equal(ErrorCodes.CachedContentDamaged, Assert.Single(cache.Cache!.Removed).Code);
    }

    [Fact]
    public async Task Credentials_are_those_of_docker()
    {
        using NodeRoom node = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync(RegistryAuthentication.Bearer);
        Image image = await node.AssembleAsync(node.Recipe with { Images = [] });
        string login = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{InMemoryRegistry.User}:{InMemoryRegistry.Password}"));
        string file = node.Room.Write("docker/config.json", $$$$"""{"auths":{"{{{{registry.Host}}}}":{"auth":"{{{{login}}}}"}}}""");
        using RegistryClient client = new(
            RegistryClient.CreateHandler(),
            new RegistryOptions { Credentials = new DockerCredentials(HostEnvironment.FromProcess(), file) }
        );
        await PushAsync(node, client, [$"docker://{registry.Host}/node:v1"], "none", image);
        Assert.NotNull(registry.Manifest("node", "v1"));

        using RegistryClient stranger = Client();
        Diagnostic refused = await AssemblyRoom.FailsAsync(() =>
            PushAsync(node, stranger, [$"docker://{registry.Host}/node:v2"], "none", image)
        );
        Assert.Equal(ErrorCodes.RegistryUnauthorized, refused.Code);
    }

    [Fact]
    public async Task A_registry_that_fails_in_passing_is_asked_again_and_sent_nothing_twice()
    {
        using NodeRoom node = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        Image image = await node.AssembleAsync(node.Recipe);
        registry.Fail("/manifests/v1", new RegistryFault.Status(503), times: 2);
        using RegistryClient client = Client();
        await PushAsync(node, client, [$"docker://{registry.Host}/node:v1"], "none", image);
        Assert.NotNull(registry.Manifest("node", "v1"));
        string[] sent =
        [
            .. registry
                .Requests.Where(request => request.Method == "PUT" && request.Path.Contains("/uploads/", StringComparison.Ordinal))
                .Select(request => request.Query),
        ];
        Assert.Equal(sent.Distinct().Count(), sent.Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    public async Task A_registry_that_limits_the_rate_is_asked_a_few_times_and_then_left(string? retryAfter)
    {
        using NodeRoom node = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        Image image = await node.AssembleAsync(node.Recipe with { Images = [] });
        registry.Fail("/manifests/v1", new RegistryFault.Status(429, RetryAfter: retryAfter), times: 100);
        using RegistryClient client = Client();
        Diagnostic limited = await AssemblyRoom.FailsAsync(() =>
            PushAsync(node, client, [$"docker://{registry.Host}/node:v1"], "none", image)
        );
        Assert.Equal(ErrorCodes.RegistryRateLimited, limited.Code);
        Assert.Contains("gave up after 5 attempts", limited.What, StringComparison.Ordinal);
        Assert.Equal(5, registry.Requests.Count(request => request.Path.EndsWith("/manifests/v1", StringComparison.Ordinal)));
    }

    private static RegistryClient Client() => new(RegistryClient.CreateHandler(), new RegistryOptions());

    private static Task<IReadOnlyList<string>> PushAsync(
        NodeRoom node,
        RegistryClient client,
        string[] outputs,
        string compression,
        Image image
    ) => WriteAsync(node.Room.Environment, client, outputs, compression, image);

    private static Task<IReadOnlyList<string>> WriteAsync(
        BuildEnvironment environment,
        RegistryClient client,
        string[] outputs,
        string compression,
        Image image
    ) =>
        ImageOutputs
            .Parse(outputs, "a", compression, offline: false)
            .WriteAsync(
                [image],
                environment,
                new TransportHost { Registry = _ => client },
                Options,
                TimeProvider.System,
                CancellationToken.None
            );
}
