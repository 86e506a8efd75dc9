using System.Security.Cryptography.X509Certificates;
using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Registry;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;
using static NodeForge.Oci.Tests.Registry.ScriptedHosts;

namespace NodeForge.Oci.Tests.Registry;

public sealed class KeepingCredentialsAtTheirHost : IAsyncLifetime
{
    private const string Manifest = "/v2/a/manifests/v1";
    private const string Uploads = "/v2/a/blobs/uploads/";
    private static readonly SmallImage Image = SmallImage.Of("x", Platform.LinuxAmd64);
    private static readonly Descriptor Layer = new(MediaTypes.Layer, Digest.Of(Image.Layer), Image.Layer.Length);
    private static readonly RegistryCredential Password = new("somebody", "s3cret");
    private static readonly RegistryCredential Refresh = new("<token>", "r3fresh", IsIdentityToken: true);
    private static readonly string Basic = "Basic " + Convert.ToBase64String("somebody:s3cret"u8);
    private readonly string folder = Directory.CreateTempSubdirectory("nf-credentials-home-").FullName;
    private readonly ScriptedServer registry = new();
    private readonly ScriptedServer other = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await registry.DisposeAsync();
        await other.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false, "Bearer realm=\"{0}/token\",service=\"x\"")]
    [InlineData(true, "Bearer realm=\"{0}/token\",service=\"x\"")]
    [InlineData(false, "Basic realm=\"x\"")]
    public async Task A_challenge_of_the_host_that_a_redirect_leads_to_is_not_answered(bool refresh, string challenge)
    {
        registry.Serve(Manifest, Replies.Redirect(other.Address + "/elsewhere"));
        other.Serve("/elsewhere", Challenge(challenge.Replace("{0}", other.Address, StringComparison.Ordinal)));
        other.Serve("/token", Token("t"));
        using RegistryClient client = Client(new FixedCredentials(refresh ? Refresh : Password));

        Diagnostic refused = await FailsAsync(ErrorCodes.RegistryUnauthorized, () => GetAsync(client), transient: false);

        Assert.Equal("/elsewhere", Assert.Single(other.Requests).Path);
        Assert.Null(other.Requests[0].Header("authorization"));
        Assert.Contains(HostOf(other), refused.What, StringComparison.Ordinal);
        Assert.DoesNotContain("somebody", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_server_elsewhere_gets_the_password_when_the_registry_itself_names_it()
    {
        registry.Serve(Manifest, Challenge($"Bearer realm=\"{other.Address}/token?a=b\",service=\"s\""), Answer());
        other.Serve("/token", Token("t"));
        using RegistryClient client = Client(new FixedCredentials(Password));
        await GetAsync(client);
        LoggedRequest asked = Assert.Single(other.Requests);
        Assert.Equal(("/token?a=b&service=s&scope=repository%3Aa%3Apull", Basic), (asked.Path, asked.Header("authorization")));
        Assert.Equal("Bearer t", registry.Requests[^1].Header("authorization"));
    }

    [Fact]
    public async Task A_token_goes_to_the_registry_and_not_along_a_way_that_leads_elsewhere_and_back()
    {
        registry.Serve(Manifest, Challenge($"Bearer realm=\"{registry.Address}/token\""), Replies.Redirect(other.Address + "/there"));
        registry.Serve("/token", Token("t"));
        registry.Serve("/back", Answer());
        other.Serve("/there", Replies.Redirect(registry.Address + "/back"));
        using RegistryClient client = Client(new FixedCredentials(Password));
        await GetAsync(client);
        Assert.Equal([null, Basic, "Bearer t", null], registry.Requests.Select(request => request.Header("authorization")));
        Assert.Null(Assert.Single(other.Requests).Header("authorization"));
    }

    [Fact]
    public async Task A_redirect_within_the_registry_keeps_the_token()
    {
        registry.Serve(Manifest, Challenge($"Bearer realm=\"{registry.Address}/token\""), Replies.Redirect("/moved?here=1#top"));
        registry.Serve("/token", Token("t"));
        registry.Serve("/moved", Answer());
        using RegistryClient client = Client(new FixedCredentials(Password));
        await GetAsync(client);
        Assert.Equal(("/moved?here=1", "Bearer t"), (registry.Requests[^1].Path, registry.Requests[^1].Header("authorization")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_server_that_redirects_to_another_host_takes_nobody_along(bool refresh)
    {
        await using ScriptedServer third = new();
        registry.Serve(Manifest, Challenge($"Bearer realm=\"{other.Address}/token\""), Answer());
        other.Serve("/token", Replies.Redirect(third.Address + "/token"));
        third.Serve("/token", Token("anonymous"));
        using RegistryClient client = Client(new FixedCredentials(refresh ? Refresh : Password));
        if (refresh)
        {
            await FailsAsync(ErrorCodes.RegistryRedirectUnsafe, () => GetAsync(client), transient: false);
            Assert.Empty(third.Requests);
            return;
        }

        await GetAsync(client);
        Assert.Null(Assert.Single(third.Requests).Header("authorization"));
        Assert.Equal("Bearer anonymous", registry.Requests[^1].Header("authorization"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_server_that_redirects_within_itself_is_followed(bool refresh)
    {
        registry.Serve(Manifest, Challenge($"Bearer realm=\"{other.Address}/token\""), Answer());
        other.Serve("/token", Replies.Redirect("/v2/token?scope=x"));
        other.Serve("/v2/token", Token("t"));
        using RegistryClient client = Client(new FixedCredentials(refresh ? Refresh : Password));
        await GetAsync(client);
        LoggedRequest last = other.Requests[^1];
        Assert.Equal(refresh ? "POST" : "GET", last.Method);
        Assert.Equal(refresh ? null : Basic, last.Header("authorization"));
        Assert.Equal(refresh, last.Body.Contains("refresh_token=r3fresh", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_registry_with_TLS_gets_no_password_sent_without_it()
    {
        using X509Certificate2 certificate = Certificate("registry.test");
        await using ScriptedServer secure = new(certificate);
        secure.Serve(Manifest, Challenge($"Bearer realm=\"{other.Address}/token\""));
        other.Serve("/token", Token("t"));
        Diagnostic told = await FailsAsync(ErrorCodes.RegistryRedirectUnsafe, () => GetSecureAsync(secure, Password), transient: false);
        Assert.Equal((other.Address + "/token", "an https:// address"), (told.Got, told.Want));
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_plain_registry_on_this_machine_gets_no_password_sent_over_the_network()
    {
        registry.Serve(Manifest, Challenge("Bearer realm=\"http://token.test/token\""));
        other.Serve("/token", Token("t"));
        using SocketsHttpHandler handler = Handler(("token.test", other));
        using RegistryClient client = new(handler, new() { Credentials = new FixedCredentials(Password) });
        await FailsAsync(ErrorCodes.RegistryRedirectUnsafe, () => GetAsync(client), transient: false);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_redirect_out_of_TLS_is_not_followed()
    {
        using X509Certificate2 certificate = Certificate("registry.test");
        await using ScriptedServer secure = new(certificate);
        secure.Serve(Manifest, Replies.Redirect(other.Address + "/plain"));
        other.Serve("/plain", Answer());
        Diagnostic told = await FailsAsync(ErrorCodes.RegistryRedirectUnsafe, () => GetSecureAsync(secure, Password), transient: false);
        Assert.Equal(other.Address + "/plain", told.Got);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_registry_token_goes_to_the_registry_and_to_no_token_server()
    {
        registry.Serve(Manifest, Challenge($"Bearer realm=\"{other.Address}/token\""), Answer());
        using RegistryClient client = Client(new FixedCredentials(new("<token>", "passed") { IsRegistryToken = true }));
        await GetAsync(client);
        Assert.Equal("Bearer passed", registry.Requests[^1].Header("authorization"));
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task An_upload_to_another_host_goes_there_without_the_token()
    {
        Begin(Replies.Status(202, headers: ("Location", other.Address + "/storage?signature=abc#part")));
        other.Serve("/storage", Replies.Status(201));
        Assert.True(await PushAsync());
        LoggedRequest sent = Assert.Single(other.Requests);
        Assert.Equal(
            ("PUT", $"/storage?signature=abc&digest={Layer.Digest}", null),
            (sent.Method, sent.Path, sent.Header("authorization"))
        );
        Assert.Equal(Image.Layer.Length, sent.Body.Length);
    }

    [Fact]
    public async Task A_challenge_of_the_host_that_takes_an_upload_is_not_answered()
    {
        Begin(Replies.Status(202, headers: ("Location", other.Address + "/storage")));
        other.Serve("/storage", Challenge($"Bearer realm=\"{other.Address}/token\""));
        other.Serve("/token", Token("t"));
        Diagnostic refused = await FailsAsync(ErrorCodes.RegistryUnauthorized, PushAsync, transient: false);
        Assert.Equal(["PUT"], other.Requests.Select(request => request.Method));
        Assert.Contains(HostOf(other), refused.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(307)]
    [InlineData(308)]
    public async Task An_upload_that_is_redirected_is_sent_whole_and_without_the_token(int status)
    {
        Begin(Replies.Redirect(other.Address + "/begin", status));
        other.Serve("/begin", Replies.Status(202, headers: ("Location", registry.Address + "/upload")));
        registry.Serve("/upload", Replies.Redirect(other.Address + "/storage", status));
        other.Serve("/storage", Replies.Status(201));
        Assert.True(await PushAsync());
        Assert.Equal(["POST", "PUT"], other.Requests.Select(request => request.Method));
        Assert.All(other.Requests, request => Assert.Null(request.Header("authorization")));
        Assert.Equal(Image.Layer.Length, other.Requests[1].Body.Length);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    public async Task An_upload_is_not_sent_after_a_redirect_that_is_for_reads(int status)
    {
        Begin(Replies.Redirect(other.Address + "/begin", status));
        await FailsAsync(ErrorCodes.RegistryResponseInvalid, PushAsync, transient: false);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task An_upload_out_of_TLS_is_not_sent()
    {
        using X509Certificate2 certificate = Certificate("registry.test");
        await using ScriptedServer secure = new(certificate);
        secure.Serve(Uploads, Replies.Status(202, headers: ("Location", other.Address + "/storage")));
        using SocketsHttpHandler handler = Handler(("registry.test", secure));
        using RegistryClient client = new(handler, new());
        await FailsAsync(
            ErrorCodes.RegistryRedirectUnsafe,
            () =>
                new RegistryPusher(client).PushBlobAsync(
                    Oci.Layer.Of(Store(), Layer, Layer.Digest),
                    ImageReference.Parse("registry.test/a"),
                    null,
                    default
                ),
            transient: false
        );
        Assert.Empty(other.Requests);
    }

    [Theory]
    [InlineData("https://r.test", "https://R.test:443/x?y", true)]
    [InlineData("https://r.test", "http://r.test", false)]
    [InlineData("http://r.test:443", "https://r.test", false)]
    [InlineData("https://r.test", "https://r.test:444", false)]
    [InlineData("https://r.test", "https://r.test.evil.test", false)]
    [InlineData("https://r.test", "https://r.test@evil.test", false)]
    public void An_origin_is_scheme_host_and_port(string left, string right, bool same) =>
        Assert.Equal(same, Origin.Same(new(left), new(right)));

    // Every request but the upload's own asks for a token first.
    private void Begin(Reply reply)
    {
        Reply challenge = Challenge($"Bearer realm=\"{registry.Address}/token\"");
        registry.Serve("/token", Token("t"));
        registry.Serve($"/v2/a/blobs/{Layer.Digest}", challenge, Replies.Status(404));
        registry.Serve(Uploads, challenge, reply);
    }

    private async Task<bool> PushAsync()
    {
        using RegistryClient client = Client(new FixedCredentials(Password));
        return await new RegistryPusher(client).PushBlobAsync(
            Oci.Layer.Of(Store(), Layer, Layer.Digest),
            Reference(registry, "a"),
            null,
            CancellationToken.None
        );
    }

    private BlobStore Store()
    {
        BlobStore store = new(folder);
        store.Write(Image.Layer);
        return store;
    }

    private Task<RawDocument> GetAsync(RegistryClient client) =>
        client.GetManifestAsync(Reference(registry, "a:v1"), CancellationToken.None);

    private static async Task GetSecureAsync(ScriptedServer secure, RegistryCredential credential)
    {
        using SocketsHttpHandler handler = Handler(("registry.test", secure));
        using RegistryClient client = new(handler, new() { Credentials = new FixedCredentials(credential) });
        await client.GetManifestAsync(ImageReference.Parse("registry.test/a:v1"), CancellationToken.None);
    }

    private static Reply Answer() => Replies.File(Image.Manifest, contentType: MediaTypes.Manifest);

    private static Reply Challenge(string header) => Replies.Status(401, headers: ("WWW-Authenticate", header));

    private static Reply Token(string token) => Replies.Status(200, $"{{\"token\":\"{token}\"}}", "application/json");
}
