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
        using AptRoots roots = new(cache, Options(room), TimeProvider.System, room);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => roots.OpenAsync(Repository, CancellationToken.None));
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal((ErrorCodes.KeyringMissing, "/nonexistent/archive.gpg"), (told.Code, told.Where!.Resource));
        Assert.Empty(Directory.GetDirectories(Path.Combine(cache, "apt")));
    }

    [Fact]
    public async Task Who_waits_for_another_run_says_for_whom_and_goes_on_when_it_ends()
    {
        await using FetchRoom room = new();
        string cache = Path.GetFullPath(Path.Combine(room.PartialFolder, "..", "..", "cache"));
        using AptRoots second = new(cache, Options(room), TimeProvider.System, room);
        Task waiting;
        using (await DigestLock.TakeAsync(Path.Combine(cache, "apt", "nodeforge.lock"), TimeSpan.Zero, TimeProvider.System, _ => { }, CancellationToken.None))
        {
            waiting = second.OpenAsync(Repository, CancellationToken.None);
            for (int i = 0; i < 500 && !room.Events.OfType<Warned>().Any(); i++)
                await Task.Delay(10);
            Assert.False(waiting.IsCompleted);
        }

        Diagnostic told = Assert.Single(room.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal((ErrorCodes.RepositoryBusy, $"waiting for process {Environment.ProcessId}, which resolves packages"), (told.Code, told.What));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => waiting);
        Assert.Equal(ErrorCodes.KeyringMissing, failure.Diagnostics[0].Code);
    }

    private static LockOptions Options(FetchRoom room) => new() { DigestOf = (_, _) => Task.FromResult(Digest.Of("recipe"u8)), Fetch = room.Options, Mirrors = new(new DebianMirrors { Archive = ["http://mirror.test/debian"] }) };
}
