using NodeForge.Images.Debian.Apt;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Images.Locking;
using NodeForge.Images.Tests.Fetching;
using NodeForge.Oci;

namespace NodeForge.Images.Tests.Locking;

public sealed class OpeningAnApt
{
    private static readonly DebianRepository Repository = new("deb", "amd64", ["bookworm"], ["main"], null, "/nonexistent/archive.gpg");

    [Fact]
    public async Task Without_the_keyring_nothing_is_run_or_written()
    {
        await using FetchRoom room = new();
        string cache = Path.GetFullPath(Path.Combine(room.PartialFolder, "..", "..", "cache"));
        using AptRoots roots = new(cache, Mirrors, room.Options.QuietWait, HostEnvironment.FromProcess(), room);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            roots.OpenAsync(Repository, CancellationToken.None)
        );
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal((ErrorCodes.KeyringMissing, "/nonexistent/archive.gpg"), (told.Code, told.Where!.Resource));
        Assert.Empty(Directory.GetDirectories(Path.Combine(cache, "apt")));
    }

    [Fact]
    public async Task Who_waits_for_another_run_says_for_whom_and_goes_on_when_it_ends()
    {
        await using FetchRoom room = new();
        string cache = Path.GetFullPath(Path.Combine(room.PartialFolder, "..", "..", "cache"));
        using AptRoots second = new(cache, Mirrors, room.Options.QuietWait, HostEnvironment.FromProcess(), room);
        Task waiting;
        using (
            await DigestLock.TakeAsync(
                Path.Combine(cache, "apt", "nodeforge.lock"),
                TimeSpan.Zero,
                TimeProvider.System,
                _ => { },
                CancellationToken.None
            )
        )
        {
            waiting = second.OpenAsync(Repository, CancellationToken.None);
            for (int i = 0; i < 500 && !room.Events.OfType<Warned>().Any(); i++)
                await Task.Delay(10);
            Assert.False(waiting.IsCompleted);
        }

        Diagnostic told = Assert.Single(room.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal(
            (ErrorCodes.RepositoryBusy, $"waiting for process {Environment.ProcessId}, which resolves packages"),
            (told.Code, told.What)
        );
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => waiting);
        Assert.Equal(ErrorCodes.KeyringMissing, failure.Diagnostics[0].Code);
    }

    [Fact]
    public async Task Sources_and_settings_which_may_hold_passwords_are_for_their_owner_alone_and_follow_no_link()
    {
        await using FetchRoom room = new();
        string folder = Directory.CreateDirectory(Path.Combine(room.PartialFolder, "..", "apt")).FullName,
            file = Path.Combine(folder, "sources.list"),
            victim = Path.Combine(folder, "victim");
        await File.WriteAllTextAsync(victim, "untouched");
        File.CreateSymbolicLink(file, victim);

        AptRoot.WriteOwn(file, ["deb http://ann:secret@mirror.test/debian bookworm main"]);
        AptRoot.WriteOwn(file, ["deb http://ann:secret@mirror.test/debian bookworm main"]);

        Assert.Equal("deb http://ann:secret@mirror.test/debian bookworm main\n", await File.ReadAllTextAsync(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal("untouched", await File.ReadAllTextAsync(victim));
    }

    [Fact]
    public async Task A_keyring_whose_path_apt_would_take_apart_is_refused()
    {
        await using FetchRoom room = new();
        string folder = Directory.CreateDirectory(Path.Combine(room.PartialFolder, "..", "a] b")).FullName,
            keyring = Path.Combine(folder, "keys.gpg");
        await File.WriteAllTextAsync(keyring, "");
        using AptRoots roots = new(Path.Combine(folder, "cache"), Mirrors, room.Options.QuietWait, HostEnvironment.FromProcess(), room);

        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            roots.OpenAsync(Repository with { Keyring = keyring }, CancellationToken.None)
        );

        Assert.Equal((ErrorCodes.KeyringMissing, keyring), (failure.Diagnostics[0].Code, failure.Diagnostics[0].Where!.Resource));
        Assert.Contains("takes apart", failure.Diagnostics[0].What, StringComparison.Ordinal);
    }

    private static DebianMirrors Mirrors { get; } = new() { Archive = ["http://mirror.test/debian"] };
}
