using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Registry;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;
using static NodeForge.Oci.Tests.Registry.ScriptedHosts;

namespace NodeForge.Oci.Tests.Registry;

public sealed class WaitingForARegistry : IAsyncLifetime
{
    private const string Manifest = "/v2/a/manifests/v1";
    private const string Uploads = "/v2/a/blobs/uploads/";
    private static readonly SmallImage Image = SmallImage.Of("x", Platform.LinuxAmd64);
    private static readonly byte[] Large = new byte[32 << 20]; // more than the sockets on both sides take
    private readonly string folder = Directory.CreateTempSubdirectory("nf-waiting-").FullName;
    private readonly ScriptedServer server = new();

    private RegistryOptions Options { get; set; } =
        new()
        {
            StallTimeout = TimeSpan.FromMilliseconds(400),
            DocumentTimeout = TimeSpan.FromSeconds(2),
            CommitTimeout = TimeSpan.FromMilliseconds(500),
        };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_registry_that_never_answers_is_left()
    {
        server.Serve(Manifest, Replies.Silence());
        Diagnostic told = await FailsAsync(ErrorCodes.RegistryUnreachable, GetAsync, transient: true);
        Assert.Equal(server.Address + Manifest, told.Where!.Resource);
        Assert.Contains("keeps silent", told.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_stops_is_left()
    {
        server.Serve(Manifest, Replies.Stall(Image.Manifest, 20));
        await FailsAsync(ErrorCodes.RegistryUnreachable, GetAsync, transient: true);
    }

    [Fact]
    public async Task A_manifest_that_drips_is_left_although_it_never_stops()
    {
        server.Serve(Manifest, Replies.Drip(Image.Manifest, 1, TimeSpan.FromMilliseconds(50)));
        await FailsAsync(ErrorCodes.RegistryUnreachable, GetAsync, transient: true);
    }

    [Fact]
    public async Task A_manifest_without_end_is_cut()
    {
        server.Serve(Manifest, Replies.Endless());
        await FailsAsync(ErrorCodes.RegistryResponseInvalid, GetAsync, transient: false);
    }

    [Theory]
    [InlineData("silence", "NF3201")]
    [InlineData("stall", "NF3201")]
    [InlineData("endless", "NF3208")]
    [InlineData("loop", "NF3208")]
    public async Task A_token_server_is_waited_for_no_longer_than_a_registry(string fault, string code)
    {
        server.Serve(Manifest, Replies.Status(401, headers: ("WWW-Authenticate", $"Bearer realm=\"{server.Address}/token\"")));
        server.Serve(
            "/token",
            fault switch
            {
                "silence" => Replies.Silence(),
                "stall" => Replies.Stall("{\"token\":\"t\"}"u8.ToArray(), 5),
                "loop" => Replies.Redirect("/token"),
                _ => Replies.Endless(),
            }
        );
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(GetAsync);
        Assert.Equal(code, failed.Diagnostics[0].Code.Id);
        Assert.StartsWith(server.Address + "/token", failed.Diagnostics[0].Where!.Resource, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stall")]
    [InlineData("endless")]
    public async Task The_text_of_an_error_is_waited_for_and_read_within_limits(string fault)
    {
        server.Serve(
            Manifest,
            fault == "stall"
                ? async (exchange, cancel) =>
                {
                    await exchange.HeadAsync(500, [("Content-Length", "900")], cancel);
                    await Task.Delay(Timeout.Infinite, cancel);
                }
                : Replies.Endless(500)
        );
        Diagnostic told = await FailsAsync(ErrorCodes.RegistryFailed, GetAsync, transient: true);
        Assert.StartsWith("500", told.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_stops_is_left_and_is_worth_another_try()
    {
        Descriptor blob = new(MediaTypes.Layer, Digest.Of(Image.Layer), Image.Layer.Length);
        server.Serve($"/v2/a/blobs/{blob.Digest}", Replies.Stall(Image.Layer, 600));
        using RegistryClient client = new(RegistryClient.CreateHandler(), Options);
        using RemoteBlob remote = await client.OpenBlobAsync(Reference(server, "a"), blob, 0, CancellationToken.None);
        await FailsAsync(ErrorCodes.RegistryUnreachable, () => remote.Content.CopyToAsync(Stream.Null), transient: true);
    }

    [Fact]
    public async Task A_question_for_a_tag_or_a_blob_is_not_waited_for_either()
    {
        server.Serve(Manifest, Replies.Silence());
        server.Serve($"/v2/a/blobs/{Digest.Of(Large)}", Replies.Silence());
        using RegistryClient client = new(RegistryClient.CreateHandler(), Options);
        await FailsAsync(ErrorCodes.RegistryUnreachable, () => client.ResolveAsync(Reference(server, "a:v1"), CancellationToken.None));
        await FailsAsync(ErrorCodes.RegistryUnreachable, PushAsync);
    }

    [Fact]
    public async Task An_upload_that_is_not_begun_not_taken_or_not_answered_is_left()
    {
        server.Serve(Uploads, Replies.Silence());
        await FailsAsync(ErrorCodes.RegistryUnreachable, PushAsync, transient: true);

        server.Serve(Uploads, Replies.Status(202, headers: ("Location", "/upload")));
        server.Serve("/upload", Replies.Silence());
        await FailsAsync(ErrorCodes.RegistryUnreachable, PushAsync, transient: true);

        server.TakesBodies = false;
        await FailsAsync(ErrorCodes.RegistryUnreachable, PushAsync, transient: true);
    }

    [Fact]
    public async Task A_registry_that_needs_time_to_keep_an_upload_has_it()
    {
        Options = Options with { CommitTimeout = TimeSpan.FromSeconds(30) };
        server.Serve(Uploads, Replies.Status(202, headers: ("Location", "/upload")));
        server.Serve(
            "/upload",
            async (exchange, cancel) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancel);
                await Replies.Status(201)(exchange, cancel);
            }
        );
        Assert.True(await PushAsync());
    }

    [Fact]
    public async Task Who_waits_may_leave_at_any_moment()
    {
        Options = new();
        server.Serve(Manifest, Replies.Silence());
        await LeavesAsync();
        server.Serve(Manifest, Replies.Stall(Image.Manifest, 20));
        await LeavesAsync();
        server.Serve(Manifest, Replies.Status(401, headers: ("WWW-Authenticate", $"Bearer realm=\"{server.Address}/token\"")));
        server.Serve("/token", Replies.Silence());
        await LeavesAsync();
        server.Serve("/token", Replies.Stall("{\"token\":\"t\"}"u8.ToArray(), 5));
        await LeavesAsync();
    }

    private async Task LeavesAsync()
    {
        using RegistryClient client = new(RegistryClient.CreateHandler(), Options);
        using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetManifestAsync(Reference(server, "a:v1"), patience.Token));
    }

    private async Task GetAsync()
    {
        using RegistryClient client = new(RegistryClient.CreateHandler(), Options);
        await client.GetManifestAsync(Reference(server, "a:v1"), CancellationToken.None);
    }

    private async Task<bool> PushAsync()
    {
        BlobStore store = new(folder);
        Descriptor blob = new(MediaTypes.Layer, store.Write(Large), Large.Length);
        using RegistryClient client = new(RegistryClient.CreateHandler(), Options);
        return await new RegistryPusher(client).PushBlobAsync(
            Oci.Layer.Of(store, blob, blob.Digest),
            Reference(server, "a"),
            null,
            CancellationToken.None
        );
    }
}
