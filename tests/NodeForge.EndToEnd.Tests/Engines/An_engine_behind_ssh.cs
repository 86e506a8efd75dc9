using System.Globalization;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>The command line and an engine that a real ssh server leads to.</summary>
[Trait("Category", "EndToEnd")]
public sealed class An_engine_behind_ssh(SshServer server) : IClassFixture<SshServer>
{
    [Fact]
    public async Task It_answers_as_it_does_at_its_socket()
    {
        ProgramRun run = await RunAsync(server.Variables(server.Address), "doctor");
        Assert.Contains($"at {server.Address} (DOCKER_HOST)", run.Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_key_is_not_known_is_not_trusted() =>
        Refused(
            await RunAsync(server.Variables(server.Address, known: false), "get", "clusters"),
            "Host key verification failed",
            "connect once by hand with ssh"
        );

    [Fact]
    public async Task A_user_whom_the_host_does_not_let_in_is_told_of_keys()
    {
        Dictionary<string, string?> variables = new(server.Variables(server.Address)) { ["NF_SSH_KEY"] = "/dev/null" };
        Refused(await RunAsync(variables, "get", "clusters"), "Permission denied (publickey", "give ssh a key that the host takes");
    }

    [Fact]
    public async Task A_port_where_no_ssh_server_listens_is_told()
    {
        string address = string.Create(CultureInfo.InvariantCulture, $"ssh://127.0.0.1:{SshServer.FreePort()}");
        Refused(
            await RunAsync(server.Variables(address), "get", "clusters"),
            "Connection refused",
            "check the address and that an ssh server answers there"
        );
    }

    [Fact]
    public async Task A_host_without_docker_is_told() =>
        Refused(
            await RunAsync(server.Variables(server.Address, key: "bare"), "get", "clusters"),
            "not found",
            "install the docker command at the far side"
        );

    [Fact]
    public async Task A_host_whose_engine_does_not_run_is_told() =>
        Refused(
            await RunAsync(
                server.Variables(string.Create(CultureInfo.InvariantCulture, $"ssh://127.0.0.1:{server.Port}/nonexistent/docker.sock")),
                "get",
                "clusters"
            ),
            "/nonexistent/docker.sock",
            "start the engine at the far side"
        );

    private static Task<ProgramRun> RunAsync(IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        ProgramRun.TryAsync(Checkout.NodeForge(arguments), variables);

    private static void Refused(ProgramRun run, string got, string hint)
    {
        run.Returned(5);
        Assert.Contains("error NF5501: ssh does not reach an engine", run.Error, StringComparison.Ordinal);
        Assert.Contains(got, run.Error, StringComparison.Ordinal);
        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
    }
}
