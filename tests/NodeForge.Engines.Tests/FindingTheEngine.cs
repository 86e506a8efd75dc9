using System.Security.Cryptography;
using System.Text;

namespace NodeForge.Engines.Tests;

public sealed class FindingTheEngine : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("nf-home-").FullName;
    private readonly Dictionary<string, string> variables = [];

    [Theory]
    [InlineData("unix:///run/user/7/docker.sock")]
    [InlineData("tcp://10.0.0.1:2375")]
    [InlineData("ssh://ann@lab:2222")]
    public void DOCKER_HOST_comes_first(string address)
    {
        variables["DOCKER_HOST"] = address;
        variables["DOCKER_CONTEXT"] = "lab";
        EngineEndpoint endpoint = Find();
        Assert.Equal(address, endpoint.Address.OriginalString);
        Assert.Equal("DOCKER_HOST", endpoint.Origin);
        Assert.Null(endpoint.Tls);
    }

    [Fact]
    public void DOCKER_TLS_VERIFY_turns_TLS_on_with_the_folder_of_DOCKER_CERT_PATH()
    {
        variables["DOCKER_HOST"] = "tcp://lab:2376";
        variables["DOCKER_TLS_VERIFY"] = "1";
        variables["DOCKER_CERT_PATH"] = "/certs";
        Assert.Equal(new EngineTls("/certs", Verify: true), Find().Tls);
    }

    [Fact]
    public void The_folder_of_the_docker_configuration_stands_in_for_DOCKER_CERT_PATH()
    {
        variables["DOCKER_HOST"] = "tcp://lab:2376";
        variables["DOCKER_TLS_VERIFY"] = "1";
        Assert.Equal(new EngineTls(Path.Combine(home, ".docker"), Verify: true), Find().Tls);
    }

    [Fact]
    public void The_current_docker_context_is_used()
    {
        WriteContext("lab", "tcp://lab:2376");
        File.WriteAllText(Path.Combine(home, ".docker", "config.json"), """{"auths":{},"currentContext":"lab"}""");
        EngineEndpoint endpoint = Find();
        Assert.Equal("tcp://lab:2376", endpoint.Address.OriginalString);
        Assert.Equal("docker context lab", endpoint.Origin);
    }

    [Fact]
    public void The_default_context_means_the_usual_socket()
    {
        variables["DOCKER_CONTEXT"] = "default";
        Assert.Equal("default", Find().Origin);
    }

    [Fact]
    public void A_context_that_does_not_exist_is_named()
    {
        variables["DOCKER_CONTEXT"] = "gone";
        Diagnostic problem = Assert.Throws<NodeForgeException>(Find).Diagnostics[0];
        Assert.Equal(ErrorCodes.EngineAddressInvalid, problem.Code);
        Assert.Contains("gone", problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npipe:////./pipe/docker_engine")]
    [InlineData("unix://")]
    [InlineData("ftp://host")]
    [InlineData("tcp://")]
    [InlineData("::::")]
    public void An_address_that_cannot_be_used_is_refused_with_what_to_write(string address)
    {
        variables["DOCKER_HOST"] = address;
        Diagnostic problem = Assert.Throws<NodeForgeException>(Find).Diagnostics[0];
        Assert.Equal(ErrorCodes.EngineAddressInvalid, problem.Code);
        Assert.Equal(address, problem.Got);
        Assert.Equal("DOCKER_HOST", problem.Where?.Resource);
    }

    [Fact]
    public void Ssh_is_told_user_port_and_never_asks()
    {
        Assert.Equal(
            ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-l", "ann", "-p", "2222", "--", "lab", "docker", "system", "dial-stdio"],
            SshConnection.Arguments(new Uri("ssh://ann@lab:2222")));
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    private EngineEndpoint Find() => new EngineDiscovery(variables.GetValueOrDefault, home).Find();

    private void WriteContext(string name, string host)
    {
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        string folder = Path.Combine(home, ".docker", "contexts", "meta", id);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "meta.json"), $$"""{"Name":"{{name}}","Metadata":{ },"Endpoints":{"docker":{"Host":"{{host}}","SkipTLSVerify":false} } }""");
    }
}
