using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.SameBits;

/// <summary>
/// Everything about a build that must not matter, changed: folder of the checkout and of the cache, umask, time zone, locale, user's name
/// and home,
/// number of processors, and the clock, a year on.
/// </summary>
internal sealed class OtherCircumstances : IDisposable
{
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
    private const string YearOn = "+366d";

    // dash knows descriptors up to 9 only, and mmdebstrap's hooks are given the next free one: what libfaketime left open has to be closed.
    private const string OtherClock = """
        export FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
        umask 077
        exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
        """;

    // The program faketime keeps the semaphore that all below it share; with the library alone whoever ends first takes it away from the
    // others.
    private const string InOtherYear = $"exec faketime -f {YearOn}";

    private readonly CacheOfItsOwn cache;

    public OtherCircumstances()
    {
        Folder = Directory.CreateTempSubdirectory("nodeforge-elsewhere-").FullName;
        cache = new(Path.Combine(Folder, "another-cache"));
        Directory.CreateDirectory(Path.Combine(Folder, "tools"));
    }

    public string Folder { get; }

    public string Cache => cache.Folder;

    /// <summary>Where mmdebstrap and the compiler wrote the date that they saw.</summary>
    public string SeenDate => Path.Combine(Folder, "seen-date");

    /// <summary>Copies recipes and what they name, and takes over what was fetched, so that nothing is fetched again. Nothing that was made
    /// is taken over.</summary>
    public async Task PrepareAsync()
    {
        foreach (string part in new[] { "recipes", "images" })
            await ProgramRun.OutputAsync("cp", "--recursive", Path.Combine(Checkout.Root, part), Path.Combine(Folder, part));
        cache.TakeOverFetched(Checkout.Platform);
        WriteTool(
            "mmdebstrap",
            $"""
            {InOtherYear} /usr/bin/mmdebstrap --setup-hook='mkdir -p "$1{Path.GetDirectoryName(
                FakeTime
            )}" && cp {FakeTime} "$1{Path.GetDirectoryName(FakeTime)}/"' \
              --customize-hook='chroot "$1" date +%Y > "{SeenDate}"' --customize-hook='rm -r "$1{Path.GetDirectoryName(FakeTime)}"' "$@"
            """
        );
        WriteTool(
            "unshare",
            $"""
            for argument; do
              case $argument in --root=*) mkdir -p "$(echo "$argument" | cut -c8-){Path.GetDirectoryName(
                FakeTime
            )}" && cp {FakeTime} "$(echo "$argument" | cut -c8-){Path.GetDirectoryName(FakeTime)}/" ;; esac
            done
            faketime -f {YearOn} date +%Y > "{SeenDate}"
            {InOtherYear} /usr/bin/unshare "$@"
            """
        );
    }

    /// <summary>Takes over what the first build compiled, and what it compiled that in: for tests that are about everything else.</summary>
    /// <param name="layers">Those of the image that is to be made again here. Another configured root file system is the
    /// compiler's.</param>
    public void TakeOverCompiledKubernetes(IReadOnlyCollection<string> layers)
    {
        cache.TakeOverKubernetes(Checkout.Platform);
        cache.TakeOver(output => CacheOfItsOwn.IsConfiguredRootfs(output) && !layers.Contains(output.GetProperty("digest").GetString()));
    }

    /// <summary>Runs the command line here.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) =>
        ProgramRun.TryAsync(
            [
                "taskset",
                "-c",
                "0",
                "faketime",
                "-f",
                YearOn,
                "sh",
                "-c",
                "umask 077; exec \"$@\"",
                "sh",
                .. Checkout.NodeForge([.. arguments, "--cache", Cache, "--offline"]),
            ],
            new Dictionary<string, string?>
            {
                ["PATH"] = Path.Combine(Folder, "tools") + ":" + Environment.GetEnvironmentVariable("PATH"),
                ["TZ"] = "Pacific/Kiritimati",
                ["LC_ALL"] = "tr_TR.UTF-8",
                ["LANG"] = "tr_TR.UTF-8",
                ["USER"] = "somebody",
                ["LOGNAME"] = "somebody",
                ["HOME"] = Folder,
                ["DOTNET_CLI_HOME"] = Folder,
                // .NET waits by the monotonic clock, and file times are compared with it.
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                ["NO_FAKE_STAT"] = "1",
            },
            Folder
        );

    public string BlobOf(string digest) => CacheOfItsOwn.BlobOf(Cache, digest);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WriteTool(string name, string body)
    {
        string path = Path.Combine(Folder, "tools", name);
        File.WriteAllText(path, $"#!/bin/sh\n{OtherClock}\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
