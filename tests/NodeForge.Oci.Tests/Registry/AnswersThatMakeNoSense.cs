using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Http;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;
using static NodeForge.Oci.Tests.Registry.ScriptedHosts;

namespace NodeForge.Oci.Tests.Registry;

public sealed class AnswersThatMakeNoSense : IAsyncLifetime
{
    private const string Manifest = "/v2/a/manifests/v1";
    private const string Hex = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private readonly ScriptedServer server = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("<html>log in</html>")]
    [InlineData("{\"token\":\"t")]
    [InlineData("[\"token\"]")]
    [InlineData("null")]
    [InlineData("{\"token\":5}")]
    [InlineData("{\"token\":null,\"access_token\":[]}")]
    [InlineData("{\"token\":\"\"}")]
    [InlineData("{\"token\":\"a\\r\\nb: c\"}")]
    [InlineData("{\"token\":\"\\ud800\"}")]
    public async Task A_token_servers_answer_without_a_token_is_told_with_its_address_and_what_was_wanted(string answer)
    {
        Ask();
        server.Serve("/token", Replies.Status(200, answer, "application/json"));
        Diagnostic told = await FailsAsync(ErrorCodes.RegistryResponseInvalid, GetAsync, transient: false);
        Assert.Equal(server.Address + "/token", told.Where!.Resource);
        Assert.Equal($"{answer.Length} bytes of application/json", told.Got);
        Assert.Contains("'token'", told.Want, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_cut_off_is_a_broken_connection()
    {
        Ask();
        server.Serve("/token", Replies.Truncated("{\"token\":\"t\"}"u8.ToArray(), 6));
        await FailsAsync(ErrorCodes.RegistryUnreachable, GetAsync, transient: true);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://host.test/x")]
    [InlineData("http://[bad/")]
    [InlineData("//")]
    [InlineData("http://")]
    [InlineData("mailto:a@b.test")]
    [InlineData("http://host.test:99999/")]
    [InlineData(null)]
    public async Task A_redirect_that_leads_nowhere_is_told_with_its_address(string? location)
    {
        server.Serve(Manifest, Replies.Status(302, headers: location is null ? [] : [("Location", location)]));
        Diagnostic told = await FailsAsync(ErrorCodes.RegistryResponseInvalid, GetAsync, transient: false);
        Assert.Equal(
            (server.Address + Manifest, location is null ? "no Location" : "Location: " + location),
            (told.Where!.Resource, told.Got)
        );
        Assert.Contains("https://", told.Want, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no realm at all")]
    [InlineData("Bearer realm=\"/token\"")]
    [InlineData("Bearer realm=\"http://[bad\"")]
    [InlineData("Bearer realm=\"file:///etc/passwd\"")]
    [InlineData("Bearer service=x")]
    public async Task A_challenge_that_names_no_token_server_is_told(string challenge)
    {
        server.Serve(Manifest, Replies.Status(401, headers: ("WWW-Authenticate", challenge)));
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(GetAsync);
        Assert.Equal(ExitCode.Network, failed.ExitCode);
        Assert.Contains(HostOf(server), failed.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> WrongDocuments() =>
        [
            "",
            "null",
            "[]",
            "5",
            "{}",
            "{\"layers\":[],\"manifests\":[]}",
            "{\"schemaVersion\":2,\"layers\":5}",
            "{\"schemaVersion\":2,\"manifests\":{}}",
            "{\"schemaVersion\":\"2\",\"manifests\":[]}",
            "{\"schemaVersion\":2,\"manifests\":[null]}",
            "{\"schemaVersion\":2,\"manifests\":null}",
            "{\"schemaVersion\":2,\"layers\":[null],\"config\":null}",
            "{\"schemaVersion\":2,\"mediaType\":\"\\ud800\",\"layers\":[]}",
            "{\"schemaVersion\":2,\"mediaType\":5,\"layers\":[]}",
            $"{{\"schemaVersion\":2,\"layers\":[null],\"config\":{{\"mediaType\":\"x\",\"digest\":\"{Hex}\",\"size\":0}}}}",
            $"{{\"schemaVersion\":2,\"manifests\":[{{\"mediaType\":\"x\",\"digest\":\"{Hex}\",\"size\":0,\"platform\":{{\"architecture\":null,\"os\":5}}}}]}}",
            $"{{\"schemaVersion\":2,\"manifests\":[{{\"mediaType\":null,\"digest\":\"{Hex}\",\"size\":0}}]}}",
            "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":5,\"size\":\"0\"}]}",
            "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"\\ud800\",\"size\":0}]}",
        ];

    [Theory]
    [MemberData(nameof(WrongDocuments))]
    public async Task A_manifest_of_wrong_types_is_told_whatever_it_is_called(string document)
    {
        foreach (string type in new[] { MediaTypes.Manifest, MediaTypes.Index, "application/json" })
        {
            server.Serve(Manifest, Replies.Status(200, document, type));
            using RegistryClient client = new(RegistryClient.CreateHandler(), new());
            NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() =>
                client.GetManifestAsync(Reference(server, "a:v1"), Platform.LinuxAmd64, CancellationToken.None)
            );
            Assert.NotEqual(ExitCode.Bug, failed.ExitCode);
            Assert.Contains(HostOf(server), failed.Diagnostics[0].Where!.Resource, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[:::::]/a:v1")]
    [InlineData("host.test:99999/a:v1")]
    [InlineData("0x7f.1/a:v1")] // 127.0.0.1 to some, a name to others
    [InlineData("0177.0.0.1/a:v1")]
    [InlineData("127.1:5000/a:v1")]
    [InlineData("2130706433:5000/a:v1")]
    public async Task A_host_that_no_address_can_have_is_told(string reference)
    {
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        await FailsAsync(
            ErrorCodes.InvalidImageReference,
            () => client.GetManifestAsync(ImageReference.Parse(reference), CancellationToken.None)
        );
    }

    private void Ask() =>
        server.Serve(Manifest, Replies.Status(401, headers: ("WWW-Authenticate", $"Bearer realm=\"{server.Address}/token\"")));

    private async Task GetAsync()
    {
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());
        await client.GetManifestAsync(Reference(server, "a:v1"), CancellationToken.None);
    }
}
