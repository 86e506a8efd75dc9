using System.Diagnostics;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Tests.Content;

/// <summary>What other processes, signals and limits do to a store.</summary>
public sealed class BlobStoreProcessTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-store-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static readonly string[] Itself = ["dotnet", "exec", typeof(BlobStoreProcessTests).Assembly.Location];

    private Process Start(string work, string shell = "exec \"$@\"")
    {
        ProcessStartInfo start = new("sh", ["-c", shell, "sh", .. Itself]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = Itself[2];
        start.Environment["NODEFORGE_TEST_WORK"] = work;
        start.Environment["NODEFORGE_TEST_STORE"] = folder;
        return Process.Start(start)!;
    }

    private (int Code, string Output) Run(string work, string shell = "exec \"$@\"")
    {
        using Process process = Start(work, shell);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [Fact]
    public void A_writer_that_is_killed_leaves_no_blob_and_what_it_leaves_is_swept_after_a_day()
    {
        using Process writer = Start("write-without-end");
        Assert.Equal("written", writer.StandardOutput.ReadLine());
        writer.Kill();
        writer.WaitForExit();

        BlobStore store = new(folder);
        string left = Assert.Single(Directory.GetFiles(Path.Combine(folder, "sha256")));
        Assert.EndsWith(".part", left, StringComparison.Ordinal);
        Assert.False(store.Contains(Digest.Of(new byte[100_000])));
        Digest kept = store.Write([1]);
        DateTimeOffset now = File.GetLastWriteTimeUtc(left);
        Assert.Equal(0, store.Sweep(new Clock(now.AddHours(23))));
        Assert.Equal(1, store.Sweep(new Clock(now.AddHours(25))));
        Assert.Equal([store.PathOf(kept)], Directory.GetFiles(Path.Combine(folder, "sha256")));
    }

    [Fact]
    public void Processes_that_write_the_same_blobs_at_once_do_not_disturb_each_other()
    {
        Process[] writers = [Start("same-blobs"), Start("same-blobs"), Start("same-blobs")];
        foreach (Process writer in writers)
        {
            using (writer)
            {
                Assert.Equal("", writer.StandardOutput.ReadToEnd());
                writer.WaitForExit();
                Assert.Equal(0, writer.ExitCode);
            }
        }

        BlobStore store = new(folder);
        Assert.All(
            Enumerable.Range(0, 50),
            i => Assert.Equal(StartupHook.SameBlob(i), store.ReadAllBytes(Digest.Of(StartupHook.SameBlob(i))))
        );
        Assert.Equal(50, Directory.GetFiles(Path.Combine(folder, "sha256")).Length);
    }

    [Fact]
    public void A_process_with_no_handles_left_is_told_so()
    {
        (int code, string output) = Run("no-handles", "ulimit -n 256; exec \"$@\"");
        Assert.Equal((int)ExitCode.Environment, code);
        Assert.Contains("NF9005: too many files are open", output, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", output, StringComparison.Ordinal);
    }

    /// <summary>A tmpfs of 2 MiB where a namespace of one's own may mount one; else the device that is always full.</summary>
    [Fact]
    public void A_full_disk_is_told_and_leaves_nothing()
    {
        const string mounted =
            "unshare -rm sh -c 'mount -t tmpfs -o size=2m none \"$NODEFORGE_TEST_STORE\" || exit 99; \"$@\"; code=$?; find \"$NODEFORGE_TEST_STORE\" -type f; exit $code' sh \"$@\" 2>/dev/null || exit $?";
        (int code, string output) = Run("large", mounted);
        if (code is 99 or 1 or 126 or 127)
        {
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            IOException failure = Assert.Throws<IOException>(() => full.Write(new byte[10]));
            Assert.Equal(ErrorCodes.DiskFull, AtomicFile.Explain("/dev/full", failure).Diagnostics[0].Code);
            return;
        }

        Assert.Equal((int)ExitCode.Environment, code);
        Assert.StartsWith("NF9003: no space is left", output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
