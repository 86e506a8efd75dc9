using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Registry;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;

namespace NodeForge.Oci.Tests.Registry;

public sealed class LoggingInToARegistryTests
{
    private static readonly RegistryCredential Right = new(InMemoryRegistry.User, InMemoryRegistry.Password);
    private static readonly SmallImage Image = SmallImage.Of("x", Platform.LinuxAmd64);

    [Theory]
    [InlineData(RegistryAuthentication.Basic)]
    [InlineData(RegistryAuthentication.Bearer)]
    [InlineData(RegistryAuthentication.AnonymousBearer)]
    public async Task The_user_of_docker_login_gets_what_he_asks_for(RegistryAuthentication mode)
    {
        await using InMemoryRegistry registry = await StartAsync(mode);
        using RegistryClient client = Client(new FixedCredentials(Right));
        Assert.Equal(Image.Manifest, (await client.GetAsync(registry, "a:v1")).Bytes.ToArray());
    }

    [Fact]
    public async Task A_registry_for_everybody_is_asked_for_a_token_without_a_user()
    {
        await using InMemoryRegistry registry = await StartAsync(RegistryAuthentication.AnonymousBearer);
        using RegistryClient client = Client();
        await client.GetAsync(registry, "a:v1");
        Assert.DoesNotContain(registry.Requests, request => request.Authorization?.StartsWith("Basic", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged()
    {
        await using InMemoryRegistry registry = await StartAsync(RegistryAuthentication.Bearer);
        using RegistryClient client = Client(new FixedCredentials(new("<token>", InMemoryRegistry.RefreshToken, IsIdentityToken: true)));
        await client.GetAsync(registry, "a:v1");
        Assert.Contains(registry.Requests, request => request.ToString() == "POST /token");
    }

    [Fact]
    public async Task A_token_serves_again_until_it_expires_and_is_then_refreshed_once()
    {
        await using InMemoryRegistry registry = await StartAsync(RegistryAuthentication.Bearer);
        using RegistryClient client = Client(new FixedCredentials(Right));
        await client.GetAsync(registry, "a:v1");
        await client.GetAsync(registry, "a:v1");
        Assert.Equal(1, registry.Requests.Count(request => request.Path == "/token"));
        registry.ExpireTokens();
        await client.GetAsync(registry, "a:v1");
        Assert.Equal(2, registry.Requests.Count(request => request.Path == "/token"));
    }

    [Theory]
    [InlineData(RegistryAuthentication.Basic)]
    [InlineData(RegistryAuthentication.Bearer)]
    public async Task A_wrong_password_names_registry_and_user_and_shows_no_secret(RegistryAuthentication mode)
    {
        await using InMemoryRegistry registry = await StartAsync(mode);
        using RegistryClient client = Client(new FixedCredentials(new("somebody", "s3cret!")));
        Diagnostic refused = await FailsAsync(ErrorCodes.RegistryUnauthorized, () => client.GetAsync(registry, "a:v1"), transient: false);
        Assert.Contains("somebody", refused.What, StringComparison.Ordinal);
        Assert.Contains(registry.Host, refused.What, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_login_the_message_says_how_to_log_in()
    {
        await using InMemoryRegistry registry = await StartAsync(RegistryAuthentication.Basic);
        using RegistryClient client = Client();
        Diagnostic refused = await FailsAsync(ErrorCodes.RegistryUnauthorized, () => client.GetAsync(registry, "a:v1"));
        Assert.Contains($"docker login {registry.Host}", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_stay_with_the_registry_when_it_redirects()
    {
        await using InMemoryRegistry registry = await StartAsync(RegistryAuthentication.Bearer);
        await using InMemoryRegistry storage = await InMemoryRegistry.StartAsync();
        Descriptor layer = storage.AddBlob("cdn", Image.Layer);
        using RegistryClient client = Client(new FixedCredentials(Right));
        await client.GetAsync(registry, "a:v1");
        registry.Fail("/blobs/", new RegistryFault.Redirect($"http://{storage.Host}/v2/cdn/blobs/{layer.Digest}"));
        Assert.Equal(Image.Layer, await client.BlobAsync(registry, "a", layer));
        Assert.StartsWith("Bearer ", registry.Requests[^1].Authorization, StringComparison.Ordinal);
        Assert.Null(Assert.Single(storage.Requests).Authorization);
    }

    [Fact]
    public async Task A_realm_that_is_no_address_is_refused()
    {
        await using InMemoryRegistry registry = await StartAsync(RegistryAuthentication.None);
        using HeaderHandler handler = new();
        using RegistryClient client = new(handler, new());
        await FailsAsync(ErrorCodes.RegistryResponseInvalid, () => client.GetAsync(registry, "a:v1"));
    }

    [Fact]
    public void A_credential_in_a_log_shows_no_secret() => Assert.DoesNotContain(Right.Secret, Right.ToString(), StringComparison.Ordinal);

    private static async Task<InMemoryRegistry> StartAsync(RegistryAuthentication mode)
    {
        InMemoryRegistry registry = await InMemoryRegistry.StartAsync(mode);
        Image.PushTo(registry, "a", "v1");
        return registry;
    }

    private sealed class HeaderHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = new(System.Net.HttpStatusCode.Unauthorized) { RequestMessage = request };
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", "Bearer realm=\"file:///etc/passwd\",service=x");
            return Task.FromResult(response);
        }
    }
}
