using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Images.Processes;

namespace NodeForge.Images.Tests.Assembly;

public sealed class ConfiguringPackages
{
    [Fact]
    public async Task The_scripts_of_packages_are_alone_in_their_network_where_root_runs_them()
    {
        ProgramCall call = new("cat", "/proc/net/dev");

        Assert.Same(call, DebianBootstrap.Confined(root: false, network: false, call));
        Assert.Equal(["--mount", "--", "cat", "/proc/net/dev"], DebianBootstrap.Confined(root: true, network: false, call).Arguments);
        ProgramCall alone = DebianBootstrap.Confined(root: true, network: true, call);
        Assert.Equal("unshare --mount --net -- cat /proc/net/dev", alone.ToString());

        using AssemblyRoom room = new();
        ProgramResult run = await room.Environment.Programs.TryAsync(alone, CancellationToken.None);
        // Without the right to it (a user, a container) there is nothing to see.
        if (run.ExitCode == 0)
            Assert.Equal(["lo"], run.Output.Split('\n').Skip(2).Where(line => line.Length > 0).Select(line => line.Split(':')[0].Trim()));
    }

    [Fact]
    public async Task Where_they_cannot_be_kept_from_the_network_a_warning_says_so()
    {
        using AssemblyRoom room = new();

        Assert.False(await new DebianBootstrap(room.Environment with { IsRoot = false }).HasNetworksAsync(room.Environment.Programs, CancellationToken.None));

        Diagnostic told = Assert.Single(room.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal((ErrorCodes.NetworkReachable, "a user without root's rights"), (told.Code, told.Got));
    }

    [Fact]
    public async Task Root_is_warned_only_where_the_kernel_refuses()
    {
        using AssemblyRoom room = new();
        bool made = await new DebianBootstrap(room.Environment with { IsRoot = true }).HasNetworksAsync(room.Environment.Programs, CancellationToken.None);
        Assert.Equal(made ? 0 : 1, room.Events.OfType<Warned>().Count());
    }
}
