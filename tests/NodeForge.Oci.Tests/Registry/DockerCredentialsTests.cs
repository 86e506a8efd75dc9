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

    [Theory]
    [InlineData("r.example:5000", "r.example:5000")]
    [InlineData("https://r.example:5000/", "r.example:5000")]
    [InlineData("HTTPS://R.example/v2/", "r.example")]
    [InlineData("http://r.example", "r.example")]
    [InlineData("r.example/", "r.example")]
    [InlineData("https://r.example/some/path/", "r.example")]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("https://index.docker.io/v1", "docker.io")]
    [InlineData("index.docker.io", "docker.io")]
    [InlineData("docker.io", "docker.io")]
    [InlineData("https://registry-1.docker.io/v2/", "docker.io")]
    [InlineData("registry-1.docker.io", "docker.io")]
    [InlineData("https://index.docker.io/v1/", "registry-1.docker.io")]
    public async Task A_host_is_found_under_every_spelling(string key, string registry)
    {
        Assert.Equal(new("user", "pass:word"), await FindAsync(Under("auths", key, "{\"auth\":\"dXNlcjpwYXNzOndvcmQ=\"}"), registry));
        Assert.Contains(
            "no-such-helper",
            await RefusedAsync(Under("credHelpers", key, "\"no-such-helper\""), registry),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("r.example:5000", "r.example")]
    [InlineData("r.example", "r.example:5000")]
    [InlineData("https://evil.example/r.example", "r.example")]
    [InlineData("r.example.evil.example", "r.example")]
    [InlineData("ftp://r.example", "r.example")]
    [InlineData("https://index.docker.io/v1/access-token", "docker.io")]
    public async Task Another_host_or_port_is_not_found(string key, string registry) =>
        Assert.Null(await FindAsync(Under("auths", key, "{\"auth\":\"dXNlcjpwYXNzOndvcmQ=\"}"), registry));

    [Fact]
    public async Task The_key_that_docker_writes_goes_before_others_and_one_without_content_is_passed_over()
    {
        const string other = """ "docker.io":{"username":"other","password":"p"} """;
        Assert.Equal(
            "user",
            (
                await FindAsync(
                    "{\"auths\":{" + other + ""","https://index.docker.io/v1/":{"auth":"dXNlcjpwYXNzOndvcmQ="}}}""",
                    "docker.io"
                )
            )!.UserName
        );
        Assert.Equal("other", (await FindAsync("""{"auths":{"https://index.docker.io/v1/":{},""" + other + "}}", "docker.io"))!.UserName);
    }

    [Fact]
    public async Task A_registry_token_goes_before_an_identity_token_and_a_password()
    {
        RegistryCredential found = (
            await FindAsync(
                """{"auths":{"r.example":{"auth":"dXNlcjpwYXNzOndvcmQ=","identitytoken":"i","registrytoken":"t"}}}""",
                "r.example"
            )
        )!;
        Assert.Equal((true, false, "t"), (found.IsRegistryToken, found.IsIdentityToken, found.Secret));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n")]
    public async Task An_empty_configuration_is_as_none(string json) => Assert.Null(await FindAsync(json, "r.example"));

    [Theory]
    [InlineData("""{"auths":[]}""", "auths")]
    [InlineData("""{"auths":{"r.example":"dXNlcjpwYXNz"}}""", "auths, r.example")]
    [InlineData("""{"auths":{"r.example":{"auth":5}}}""", "auths, r.example, auth")]
    [InlineData("""{"auths":{"r.example":{"identitytoken":{}}}}""", "auths, r.example, identitytoken")]
    [InlineData("""{"auths":{"r.example":{"registrytoken":"a b"}}}""", "auths, r.example")]
    [InlineData("""{"credHelpers":"pass"}""", "credHelpers")]
    [InlineData("""{"credHelpers":{"r.example":[]}}""", "credHelpers, r.example")]
    [InlineData("""{"credsStore":true}""", "credsStore")]
    [InlineData("""{"auths":{"r.example":{"auth":"\ud800"}}}""", "a text that is none")]
    public async Task A_value_of_the_wrong_kind_is_told_with_its_place(string json, string place) =>
        Assert.Contains(place, await RefusedAsync(json, "r.example"), StringComparison.Ordinal);

    private static string Under(string map, string key, string value) => $"{{\"{map}\":{{\"{key}\":{value}}}}}";

    private async Task<string> RefusedAsync(string json, string registry)
    {
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() => FindAsync(json, registry));
        Assert.Same(ErrorCodes.CredentialsUnusable, failed.Diagnostics[0].Code);
        return failed.Diagnostics[0].What;
    }

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
        Assert.Null(
            await new DockerCredentials(HostEnvironment.FromProcess(), Path.Combine(folder, "none", "config.json")).FindAsync(
                "r.example",
                default
            )
        );

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
            NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() =>
                FindAsync("""{"credsStore":"nodeforge-planted"}""", "r.example")
            );
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
        return new DockerCredentials(HostEnvironment.FromProcess(), file).FindAsync(registry, CancellationToken.None);
    }
}
