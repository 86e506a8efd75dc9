using System.Diagnostics;
using NodeForge.TestSupport.Http;

namespace NodeForge.Cli.Tests;

/// <summary>Servers that take a question and never answer it: the first signal ends the wait, and whatever the program has started for
/// it.</summary>
public sealed class AttackingWithSilence : IDisposable
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    private readonly HostileRoom room = new();

    public void Dispose() => room.Dispose();

    [Theory]
    [InlineData("/v2/a/manifests/v1", "inspect docker://HOST/a:v1")]
    [InlineData("/v2/a/manifests/v1", "verify docker://HOST/a:v1")]
    [InlineData("/v2/a/manifests/v1", "bundle create docker://HOST/a:v1 --output site.nfb")]
    [InlineData("/v2/a/manifests/v1", "lock base-of-a-registry.yaml")]
    [InlineData("/token", "inspect docker://HOST/a:v1")]
    [InlineData("/token", "lock base-of-a-registry.yaml")]
    [InlineData("/v1.30.0/server.tar.gz.sha256", "lock release.yaml")]
    public async Task One_signal_ends_the_wait_for_a_server(string silent, string command)
    {
        await using ScriptedServer server = new();
        server.Serve("/v2/a/manifests/v1", Replies.Status(401, headers: ("WWW-Authenticate", $"Bearer realm=\"{server.Address}/token\"")));
        server.Serve(silent, Replies.Silence());
        string host = new Uri(server.Address).Authority;
        room.Write("base-of-a-registry.yaml", Node($"docker://{host}/a:v1", "folder: programs"));
        room.Write(
            "release.yaml",
            Node("docker://registry.invalid/a@sha256:" + new string('f', 64), $"release: '{server.Address}/{{version}}/server.tar.gz'")
        );
        foreach (string program in (string[])["kubeadm", "kubelet", "kubectl"])
            room.Plant("programs/" + program);

        using Process waiting = room.Start(command.Replace("HOST", host, StringComparison.Ordinal).Split(' '));
        await UntilAsync(() => server.Requests.Any(request => request.Path.StartsWith(silent, StringComparison.Ordinal)), waiting);
        Signals.SendTerminate(waiting);

        CommandRun run = await HostileRoom.EndAsync(waiting);
        Assert.True(run.Exit == 143, $"{run.Exit}: {run.Error}");
    }

    [Fact]
    public async Task A_mirror_of_Debian_that_keeps_silent_sees_its_password_kept_and_apt_ended()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/apt-get") && File.Exists(Keyring), "apt and Debian's keyring are not here");
        await using ScriptedServer mirror = new();
        mirror.Serve("/debian/dists/bookworm/InRelease", Replies.Silence());
        room.Variables["NODEFORGE_DEBIAN_MIRROR"] = mirror.Address.Replace("//", "//ann:s3cret@", StringComparison.Ordinal) + "/debian";
        room.Write(
            "base.yaml",
            "apiVersion: nodeforge.dev/v1alpha1\nkind: BaseImage\nname: base\nplatforms: [linux/amd64]\n"
                + "debian: {suite: bookworm, packages: [hello]}\n"
        );

        using Process waiting = room.Start("lock", "base.yaml");
        await UntilAsync(() => mirror.Requests.Count > 0, waiting);
        string[] keeping = [.. Directory.EnumerateFiles(room["cache"], "*", SearchOption.AllDirectories).Where(HasThePassword)];
        Assert.NotEmpty(keeping);
        Assert.All(keeping, file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others));
        Assert.NotEmpty(Started());
        Signals.SendTerminate(waiting);

        CommandRun run = await HostileRoom.EndAsync(waiting);
        Assert.True(run.Exit == 143, $"{run.Exit}: {run.Error}");
        Assert.DoesNotContain("s3cret", run.Out + run.Error, StringComparison.Ordinal);
        await UntilAsync(() => Started().Length == 0, null);
    }

    private static string Node(string image, string kubernetes) =>
        $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node
            platforms: [linux/amd64]
            base: {image: "{{image}}"}
            kubernetes: {version: v1.30.0, {{kubernetes}} }
            images: [{kubeadm: false}]
            """;

    private static bool HasThePassword(string file) => Says(file).Contains("s3cret", StringComparison.Ordinal);

    /// <summary>Processes that were told of this room: apt and its methods are told where its configuration is.</summary>
    private string[] Started() =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(process =>
                    char.IsAsciiDigit(Path.GetFileName(process)[0])
                    && Says(process + "/environ").Contains("APT_CONFIG=" + room.Folder, StringComparison.Ordinal)
                ),
        ];

    // Nothing where it is locked or has ended meanwhile.
    private static string Says(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task UntilAsync(Func<bool> holds, Process? process)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(1); await Task.Delay(50))
        {
            if (holds())
                return;
            Assert.False(process?.HasExited ?? false, process?.HasExited == true ? await process.StandardError.ReadToEndAsync() : "");
        }

        Assert.Fail("it does not come to that");
    }
}
