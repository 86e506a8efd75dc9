using NodeForge.Oci.Registry;

namespace NodeForge.Oci.Tests.Registry;

public sealed class DockerCredentialsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-credentials-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("""{"auths":{"r.example":{"auth":"dXNlcjpwYXNzOndvcmQ="}}}""", "r.example")]
    [InlineData("""{"auths":{"https://r.example":{"auth":"dXNlcjpwYXNzOndvcmQ="}}}""", "r.example")]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"dXNlcjpwYXNzOndvcmQ="}}}""", "docker.io")]
    [InlineData("""{"auths":{"r.example":{"username":"user","password":"pass:word"}}}""", "r.example")]
    public async Task A_login_is_found_as_docker_keeps_it(string json, string registry) =>
        Assert.Equal(new("user", "pass:word"), await FindAsync(json, registry));

    [Fact]
    public async Task An_identity_token_is_told_from_a_password() =>
        Assert.True((await FindAsync("""{"auths":{"r.example":{"auth":"dXNlcjo=","identitytoken":"t"}}}""", "r.example"))!.IsIdentityToken);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"auths":{"other.example":{"auth":"dXNlcjpwYXNz"}}}""")]
    [InlineData("""{"auths":{"r.example":{}}}""")]
    [InlineData("""{"auths":null}""")]
    public async Task A_registry_without_a_login_is_anonymous(string json) => Assert.Null(await FindAsync(json, "r.example"));

    [Fact]
    public async Task A_configuration_that_is_not_there_holds_nothing() =>
        Assert.Null(await new DockerCredentials(Path.Combine(folder, "none", "config.json")).FindAsync("r.example", default));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"r.example":{"auth":"%%%"}}}""")]
    [InlineData("""{"credHelpers":{"r.example":"../../bin/sh"}}""")]
    [InlineData("""{"credsStore":"../../bin/sh"}""")]
    [InlineData("""{"credsStore":"-x"}""")]
    [InlineData("""{"credsStore":"a b"}""")]
    [InlineData("""{"credsStore":"a\u0000b"}""")]
    [InlineData("""{"credsStore":"nodeforge-test-no-such-helper"}""")]
    public async Task What_cannot_be_used_is_named_with_the_file(string json)
    {
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() => FindAsync(json, "r.example"));
        Assert.Same(ErrorCodes.CredentialsUnusable, failed.Diagnostics[0].Code);
        Assert.EndsWith("config.json", failed.Diagnostics[0].Where!.Resource, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read host; printf '{\"Username\":\"user\",\"Secret\":\"for %s\"}' \"$host\"", "for r.example")]
    [InlineData("echo 'credentials not found in native keychain'; exit 1", null)]
    public async Task A_credential_helper_is_asked_for_the_registry(string script, string? secret)
    {
        string helper = Path.Combine(folder, "docker-credential-nodeforge-test");
        await File.WriteAllTextAsync(helper, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string? path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", folder + ":" + path);
        try
        {
            Assert.Equal(secret, (await FindAsync("""{"credHelpers":{"r.example":"nodeforge-test"}}""", "r.example"))?.Secret);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public async Task A_helper_that_lies_in_the_current_folder_is_not_asked()
    {
        string planted = Path.Combine(Directory.GetCurrentDirectory(), "docker-credential-nodeforge-planted");
        await File.WriteAllTextAsync(planted, "#!/bin/sh\necho '{\"Username\":\"u\",\"Secret\":\"planted\"}'\n");
        File.SetUnixFileMode(planted, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() => FindAsync("""{"credsStore":"nodeforge-planted"}""", "r.example"));
            Assert.Equal("no such program in the absolute folders of PATH", failed.Diagnostics[0].Got);
        }
        finally
        {
            File.Delete(planted);
        }
    }

    private Task<RegistryCredential?> FindAsync(string json, string registry)
    {
        string file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, json);
        return new DockerCredentials(file).FindAsync(registry, CancellationToken.None);
    }
}
