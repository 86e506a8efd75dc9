using System.Net;
using System.Net.Sockets;
using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Images.Processes;

namespace NodeForge.Images.Tests.Assembly;

public sealed class ConfiguringPackages
{
    [Theory]
    [InlineData(true, true, "unshare --mount --net -- cat /proc/net/dev")]
    [InlineData(true, false, "unshare --mount -- cat /proc/net/dev")]
    [InlineData(false, true, "unshare --user --map-auto --map-root-user --net -- cat /proc/net/dev")]
    [InlineData(false, false, "cat /proc/net/dev")]
    public async Task The_scripts_of_packages_are_alone_in_their_network_where_there_can_be_one(bool root, bool network, string command)
    {
        ProgramCall call = DebianBootstrap.Confined(root, network, new("cat", "/proc/net/dev"));
        Assert.Equal(command, call.ToString());
        if (!network)
            return;

        using AssemblyRoom room = new();
        ProgramResult run = await room.Environment.Programs.TryAsync(call, CancellationToken.None);
        // Without the right to it (a container, a user without ids of his own) there is nothing to see.
        if (run.ExitCode == 0)
            Assert.Equal(["lo"], run.Output.Split('\n').Skip(2).Where(line => line.Length > 0).Select(line => line.Split(':')[0].Trim()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_script_reaches_no_server_of_this_machine(bool root)
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        ProgramCall ask = new("bash", ["-c", $"exec 3<>/dev/tcp/127.0.0.1/{((IPEndPoint)server.LocalEndpoint).Port}"]);
        using AssemblyRoom room = new();
        Assert.Equal(0, (await room.Environment.Programs.TryAsync(ask, CancellationToken.None)).ExitCode);
        (await server.AcceptTcpClientAsync()).Dispose();

        ProgramResult confined = await room.Environment.Programs.TryAsync(
            DebianBootstrap.Confined(root, network: true, ask),
            CancellationToken.None
        );
        Assert.NotEqual(0, confined.ExitCode);
        Assert.False(server.Pending());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_they_cannot_be_kept_from_the_network_a_warning_says_so(bool root)
    {
        using AssemblyRoom room = new();
        string refusing = room.Write("bin/unshare", "#!/bin/sh\necho not permitted >&2\nexit 1\n");
        File.SetUnixFileMode(refusing, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        HostEnvironment host = HostEnvironment.FromProcess() with { Variables = new Dictionary<string, string> { ["PATH"] = room["bin"] } };

        Assert.False(
            await new DebianBootstrap(room.Environment with { IsRoot = root }).HasNetworksAsync(new(host, room), CancellationToken.None)
        );

        Diagnostic told = Assert.Single(room.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal((ErrorCodes.NetworkReachable, "not permitted"), (told.Code, told.Got));
    }

    [Fact]
    public async Task Root_is_warned_only_where_the_kernel_refuses()
    {
        using AssemblyRoom room = new();
        bool made = await new DebianBootstrap(room.Environment with { IsRoot = true }).HasNetworksAsync(
            room.Environment.Programs,
            CancellationToken.None
        );
        Assert.Equal(made ? 0 : 1, room.Events.OfType<Warned>().Count());
    }
}
