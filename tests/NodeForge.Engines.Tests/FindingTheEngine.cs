using System.Security.Cryptography;
using System.Text;
using NodeForge.Engines.Connecting;

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

    [Theory]
    [InlineData("DOCKER_CERT_PATH", false, true)]
    [InlineData("DOCKER_CERT_PATH", true, true)]
    [InlineData("DOCKER_TLS", false, false)]
    [InlineData("DOCKER_TLS", true, true)]
    [InlineData("DOCKER_TLS_VERIFY", false, true)]
    public void An_engine_whose_authority_is_there_is_checked_whichever_variable_speaks_of_TLS(
        string variable,
        bool authority,
        bool verified
    )
    {
        string folder = Directory.CreateDirectory(Path.Combine(home, ".docker")).FullName;
        variables["DOCKER_HOST"] = "tcp://lab:2376";
        variables[variable] = variable == "DOCKER_CERT_PATH" ? folder : "1";
        if (authority)
            File.WriteAllText(Path.Combine(folder, "ca.pem"), "");
        Assert.Equal(new EngineTls(folder, verified), Find().Tls);
    }

    [Theory]
    [InlineData("unix:///run/a#b/c?d/docker.sock", "/run/a#b/c?d/docker.sock")]
    [InlineData("unix:///run/100%/%2e/docker.sock", "/run/100%/%2e/docker.sock")]
    [InlineData("/run/a#b/docker.sock", "/run/a#b/docker.sock")]
    [InlineData("unix:///run/with blank/docker.sock", "/run/with blank/docker.sock")]
    public void The_path_of_a_socket_is_taken_as_it_stands(string address, string path)
    {
        variables["DOCKER_HOST"] = address;
        Assert.Equal((path, $"unix://{path} (DOCKER_HOST)"), (Find().SocketPath, Find().ToString()));
        variables.Clear();
        variables["DOCKER_CONTEXT"] = "lab";
        WriteContext("lab", address);
        Assert.Equal(path, Find().SocketPath);
    }

    [Fact]
    public void A_relative_path_of_a_socket_is_of_the_working_folder()
    {
        variables["DOCKER_HOST"] = "unix://run/docker.sock";
        Assert.Equal(Path.Combine(home, "work/run/docker.sock"), Find().SocketPath);
    }

    [Fact]
    public void A_path_that_no_socket_can_have_is_told()
    {
        variables["DOCKER_HOST"] = "unix:///" + new string('a', 107);
        Assert.Equal("a path of at most 107 bytes", Assert.Throws<NodeForgeException>(Find).Diagnostics[0].Want);
    }

    [Fact]
    public async Task A_pipe_instead_of_a_context_is_told()
    {
        variables["DOCKER_CONTEXT"] = "lab";
        WriteContext("lab", "tcp://lab:2376");
        string file = Directory.GetFiles(home, "meta.json", SearchOption.AllDirectories).Single();
        File.Delete(file);
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", [file]))
            await made.WaitForExitAsync();
        // To a look for the file's presence a pipe is one.
        NodeForgeException told = await Assert.ThrowsAsync<NodeForgeException>(() => Task.Run(Find).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(ErrorCodes.PathNotUsable, told.Diagnostics[0].Code);
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

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("null")]
    public void An_empty_configuration_is_as_none(string text)
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(home, ".docker")).FullName, "config.json"), text);
        Assert.Equal("default", Find().Origin);
    }

    // docker: opts.ParseHost takes them off, client.ParseHostURL, which reads a context's, does not.
    [Fact]
    public void Blanks_around_DOCKER_HOST_are_taken_off()
    {
        variables["DOCKER_HOST"] = " unix:///run/docker.sock \n";
        Assert.Equal("/run/docker.sock", Find().SocketPath);
        variables["DOCKER_HOST"] = "  ";
        Assert.Equal("default", Find().Origin);
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
    public async Task An_ssh_that_lies_in_the_current_folder_is_not_run()
    {
        string planted = Path.Combine(Directory.GetCurrentDirectory(), "ssh"),
            trace = Path.Combine(home, "trace");
        await File.WriteAllTextAsync(planted, $"#!/bin/sh\ntouch {trace}\n");
        File.SetUnixFileMode(planted, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            using Stream stream = SshConnection.Open(EngineEndpoint.Parse("ssh://127.0.0.1:1", "DOCKER_HOST"));
            await Assert.ThrowsAnyAsync<Exception>(async () => await stream.ReadExactlyAsync(new byte[1]));
        }
        catch (NodeForgeException missing) when (missing.Diagnostics[0].Code == ErrorCodes.ProgramMissing)
        {
            // A machine without ssh.
        }
        finally
        {
            File.Delete(planted);
        }

        Assert.False(File.Exists(trace));
    }

    [Fact]
    public void Ssh_is_told_user_port_and_never_asks()
    {
        Assert.Equal(
            [
                "-T",
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=30",
                "-l",
                "ann",
                "-p",
                "2222",
                "--",
                "lab",
                "docker",
                "system",
                "dial-stdio",
            ],
            SshConnection.Arguments(EngineEndpoint.Parse("ssh://ann@lab:2222", "DOCKER_HOST"))
        );
    }

    [Theory]
    [InlineData("DOCKER_HOST", "docker --host 'unix:///run/ann'\\''s.sock' system dial-stdio")]
    [InlineData("CONTAINER_HOST", "podman --url 'unix:///run/ann'\\''s.sock' system dial-stdio")]
    public void A_socket_at_the_far_side_is_named_to_the_program_there(string origin, string called) =>
        Assert.EndsWith(
            " -- lab " + called,
            string.Join(' ', SshConnection.Arguments(EngineEndpoint.Parse("ssh://ann@lab/run/ann's.sock", origin))),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Host key verification failed.", "accept it")]
    [InlineData("ann@lab: Permission denied (publickey).", "a key that the host takes")]
    [InlineData("ssh: connect to host lab port 22: Connection refused", "an ssh server answers")]
    [InlineData("ssh: Could not resolve hostname lab: Name or service not known", "check the address")]
    [InlineData("bash: line 1: docker: command not found", "install the docker command")]
    [InlineData("error during connect: dial unix /run/docker.sock: connect: no such file or directory", "start the engine")]
    [InlineData("", "start the engine")]
    public void What_ssh_ends_with_says_what_to_do(string said, string advice)
    {
        Diagnostic told = EngineFailure.OfSsh(EngineEndpoint.Parse("ssh://ann@lab", "DOCKER_HOST"), said, null).Diagnostics[0];
        Assert.Equal((ErrorCodes.EngineUnreachable, said.Length > 0 ? said : "ssh ended without a word"), (told.Code, told.Got));
        Assert.Contains(advice, told.Hint, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    private EngineEndpoint Find() => new EngineDiscovery(Host).Find();

    private HostEnvironment Host =>
        new()
        {
            Variables = variables,
            Home = home,
            WorkingFolder = Path.Combine(home, "work"),
            Clock = TimeProvider.System,
        };

    private void WriteContext(string name, string host)
    {
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        string folder = Path.Combine(home, ".docker", "contexts", "meta", id);
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "meta.json"),
            $$"""{"Name":"{{name}}","Metadata":{ },"Endpoints":{"docker":{"Host":"{{host}}","SkipTLSVerify":false} } }"""
        );
    }
}
