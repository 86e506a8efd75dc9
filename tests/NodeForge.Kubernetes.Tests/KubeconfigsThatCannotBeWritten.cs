using System.Diagnostics;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Kubernetes.Tests;

/// <summary>What lies at the kubeconfig's place and what holds it: found out before anything is made, and left as it was.</summary>
public sealed class KubeconfigsThatCannotBeWritten : IDisposable
{
    private const string Foreign = "apiVersion: v1\nkind: Config\ncontexts: []\ncurrent-context: \"\" # mine\n";

    private readonly string folder = Directory.CreateTempSubdirectory("nf-kube-").FullName;

    private string Config => Path.Combine(folder, "config");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_check_changes_nothing_and_leaves_nothing_beside_the_file()
    {
        File.WriteAllText(Config, Foreign);
        KubeconfigFile.Check(Config, "lab");
        Assert.Equal(Foreign, File.ReadAllText(Config));
        Assert.Equal([Config], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_folder_in_its_place_is_told() => AssertUnusable(() => Directory.CreateDirectory(Config), "a folder");

    [Fact]
    public void A_link_to_a_device_is_told_and_the_device_stays_one()
    {
        AssertUnusable(() => File.CreateSymbolicLink(Config, "/dev/null"), "a device, socket or FIFO");
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        KubeconfigFile.Remove(Config, "kind-lab");
    }

    [Fact]
    public void A_link_that_leads_to_itself_is_told() => AssertUnusable(() => File.CreateSymbolicLink(Config, Config), null);

    [Fact]
    public void A_folder_that_is_a_file_is_told()
    {
        File.WriteAllText(Config, Foreign);
        AssertUnusable(Path.Combine(Config, "config"), null);
        Assert.Equal(Foreign, File.ReadAllText(Config));
    }

    // Not even root makes files there.
    [Fact]
    public void A_folder_that_takes_no_files_is_told() => AssertUnusable("/proc/nodeforge/config", null);

    [Fact]
    public void A_file_that_its_owner_made_read_only_is_told_unless_for_root_to_whom_it_is_writable()
    {
        File.WriteAllText(Config, Foreign);
        File.SetUnixFileMode(Config, UnixFileMode.UserRead);
        if (Environment.UserName == "root")
            KubeconfigFile.Check(Config, "lab");
        else
            AssertUnusable(Config, null);
        Assert.Equal(Foreign, File.ReadAllText(Config));
    }

    [Fact]
    public void A_file_that_root_changes_stays_its_owner_s()
    {
        File.WriteAllText(Config, Foreign);
        // To anybody else than root this user's own file is left as it is.
        string owner = Environment.UserName == "root" ? "65534:65533" : Output("id", "-u") + ":" + Output("id", "-g");
        Output("chown", owner, Config);
        KubeconfigFile.Add(Config, New());
        Assert.Equal(owner, Output("stat", "--format=%u:%g", Config));
    }

    [Fact]
    public void A_link_to_a_file_that_is_not_there_yet_makes_that_file()
    {
        string real = Path.Combine(folder, "elsewhere", "real");
        File.CreateSymbolicLink(Config, real);
        KubeconfigFile.Check(Config, "lab");
        Assert.False(File.Exists(real));
        KubeconfigFile.Add(Config, New());
        Assert.Equal(real, new FileInfo(Config).LinkTarget);
        Assert.Contains("current-context: kind-lab", File.ReadAllText(real), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_that_is_given_up_in_time_is_waited_for()
    {
        LockAsKubectl();
        Task adding = Task.Run(() => KubeconfigFile.Add(Config, New()));
        await Task.Delay(200);
        Assert.False(adding.IsCompleted);
        File.Delete(Config + ".lock");
        await adding;
        Assert.Equal([Config], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_lock_that_was_left_behind_keeps_a_creation_from_its_beginning()
    {
        File.WriteAllText(Config, Foreign);
        LockAsKubectl();
        Diagnostic told = Assert.Throws<NodeForgeException>(() => KubeconfigFile.Check(Config, "lab")).Diagnostics[0];
        Assert.Equal(
            (ErrorCodes.KubeconfigBusy, Config, $"if no kubectl or kind is using it: rm {Config}.lock"),
            (told.Code, told.Where!.Resource, told.Hint)
        );
        Assert.Equal(Foreign, File.ReadAllText(Config));
        Assert.True(File.Exists(Config + ".lock"));
    }

    [Theory]
    [InlineData("clusters: {a: b}\n")]
    [InlineData("contexts: text\n")]
    public void A_list_that_is_none_is_found_before_anything_is_made(string text)
    {
        File.WriteAllText(Config, text);
        Assert.Equal(
            ErrorCodes.KubeconfigInvalid,
            Assert.Throws<NodeForgeException>(() => KubeconfigFile.Check(Config, "lab")).Diagnostics[0].Code
        );
    }

    private static string Output(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    // As kubectl makes it: empty, and with no rights at all.
    private void LockAsKubectl()
    {
        File.WriteAllText(Config + ".lock", "");
        File.SetUnixFileMode(Config + ".lock", UnixFileMode.None);
    }

    private void AssertUnusable(Action prepare, string? got)
    {
        prepare();
        AssertUnusable(Config, got);
        Assert.Equal([Config], Directory.GetFileSystemEntries(folder));
    }

    private static void AssertUnusable(string path, string? got)
    {
        foreach (Action attempt in new Action[] { () => KubeconfigFile.Check(path, "lab"), () => KubeconfigFile.Add(path, New()) })
        {
            Diagnostic told = Assert.Throws<NodeForgeException>(attempt).Diagnostics[0];
            Assert.Equal(ErrorCodes.PathNotUsable, told.Code);
            Assert.Equal(got ?? told.Got, told.Got);
            Assert.NotNull(told.Hint);
        }
    }

    private static Kubeconfig New() => new("lab", new Uri("https://127.0.0.1:6443"), "authority", new("certificate", "key"));
}
