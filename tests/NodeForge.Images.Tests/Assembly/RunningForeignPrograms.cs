using NodeForge.Images.Debian.Bootstrap;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>Packages of another architecture are configured by programs of that architecture; a machine that does not run them is told so
/// first.</summary>
public sealed class RunningForeignPrograms : IDisposable
{
    // As the kernel writes them.
    private const string Arm64 =
        "enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: PF\noffset 0\nmagic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n";
    private const string S390x =
        "enabled\ninterpreter /usr/libexec/qemu-binfmt/s390x-binfmt-P\nflags: PF\noffset 0\nmagic 7f454c4602020100000000000000000000020016\nmask ffffffffffffff00fffffffffffffffffffeffff\n";
    private const string Script = "enabled\ninterpreter /usr/bin/python3.11\nflags: \noffset 0\nmagic a70d0d0a\n";

    private readonly string registered = Directory.CreateTempSubdirectory("nodeforge-binfmt-").FullName;

    public void Dispose() => Directory.Delete(registered, recursive: true);

    [Theory]
    [InlineData("amd64")]
    [InlineData("i386")]
    public void Its_own_need_nothing(string architecture) => ForeignPrograms.Check(architecture, "amd64", Path.Combine(registered, "none"));

    [Fact]
    public void A_registered_interpreter_runs_them()
    {
        Register("status", "enabled\n");
        Register("python3.11", Script);
        Register("qemu-aarch64", Arm64);
        Register("qemu-s390x", S390x);
        ForeignPrograms.Check("arm64", "amd64", registered);
        ForeignPrograms.Check("s390x", "amd64", registered);
    }

    [Fact]
    public void Without_one_it_is_said_which_and_how_to_get_it()
    {
        Register("status", "enabled\n");
        Register("python3.11", Script);
        Register("qemu-s390x", S390x);
        Diagnostic told = Refused("arm64");
        Assert.Equal("no interpreter for arm64", told.Got);
        Assert.Contains("qemu-user-static", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_switched_off_does_not_count()
    {
        Register("qemu-aarch64", Arm64.Replace("enabled", "disabled", StringComparison.Ordinal));
        Assert.Equal("no interpreter for arm64", Refused("arm64").Got);
    }

    [Fact]
    public void One_that_is_looked_for_inside_the_new_root_does_not_do()
    {
        Register("qemu-aarch64", Arm64.Replace("flags: PF", "flags: P", StringComparison.Ordinal));
        Assert.Contains("without the flag F", Refused("arm64").Got, StringComparison.Ordinal);
    }

    private void Register(string name, string content) => File.WriteAllText(Path.Combine(registered, name), content);

    private Diagnostic Refused(string architecture)
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => ForeignPrograms.Check(architecture, "amd64", registered));
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal(ErrorCodes.EmulationMissing, told.Code);
        return told;
    }
}
