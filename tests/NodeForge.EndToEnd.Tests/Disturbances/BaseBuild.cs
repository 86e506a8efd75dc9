using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Disturbances;

/// <summary>Builds of the base image in a cache of their own that has the packages and nothing that was made of them.</summary>
internal sealed class BaseBuild : IDisposable
{
    private BaseBuild(string prefix) => Folder = Directory.CreateTempSubdirectory(prefix).FullName;

    public string Folder { get; }

    public string Scratch => Path.Combine(Cache, "scratch");

    public string Actions => Path.Combine(Cache, "actions");

    private string Cache => Path.Combine(Folder, "cache");

    private string Lock => Path.Combine(Folder, "base.lock.json");

    public static async Task<BaseBuild> PrepareAsync(string prefix = "nodeforge-disturbed-")
    {
        BaseBuild build = new(prefix);
        JsonNode packages = await build.WriteLockAsync();
        Directory.CreateDirectory(Path.Combine(build.Cache, "blobs/sha256"));
        foreach (JsonNode? package in packages.AsArray())
        {
            string blob = "blobs/" + package!["digest"]!.GetValue<string>().Replace(':', '/');
            File.Copy(Path.Combine(Checkout.Cache, blob), Path.Combine(build.Cache, blob));
        }

        return build;
    }

    /// <summary>Builds it where all is made already.</summary>
    public async Task<BuiltProduct> UndisturbedAsync() =>
        BuiltProduct.Read((await ProgramRun.TryAsync(Command(Checkout.Cache))).Succeeded().Output);

    public Task<ProgramRun> RunAsync() => ProgramRun.TryAsync(Command(Cache));

    /// <summary>Begins a build and waits until mmdebstrap is at work in it.</summary>
    public async Task<Process> StartUntilPackagesAreConfiguredAsync()
    {
        // A shell without job control starts what runs in the background with SIGINT ignored, and so would everything below it.
        Process process = ProgramRun.Start(["env", "--default-signal=INT", .. Command(Cache)]);
        for (int tries = 0; tries < 1200; tries++)
        {
            Assert.False(
                process.HasExited,
                "the build ended before it could be disturbed: " + (process.HasExited ? await process.StandardError.ReadToEndAsync() : "")
            );
            // dpkg has run for a while once there is a status file in the new root.
            if (
                Directory.Exists(Scratch)
                && Directory
                    .EnumerateFiles(
                        Scratch,
                        "status",
                        new EnumerationOptions
                        {
                            RecurseSubdirectories = true,
                            IgnoreInaccessible = true,
                            MaxRecursionDepth = 7,
                            AttributesToSkip = FileAttributes.ReparsePoint,
                        }
                    )
                    .Any(static file => file.EndsWith("/var/lib/dpkg/status", StringComparison.Ordinal) && new FileInfo(file).Length > 0)
            )
                return process;
            await Task.Delay(100);
        }

        process.Kill(entireProcessTree: true);
        throw new TimeoutException("mmdebstrap never began");
    }

    /// <summary>Processes that were told of this folder and still run.</summary>
    public string[] ProcessesLeft() => [.. Directory.EnumerateDirectories("/proc").Where(IsOfThisBuild).Select(Path.GetFileName)!];

    public string[] MountsLeft() =>
        [.. File.ReadAllLines("/proc/self/mountinfo").Where(line => line.Contains(Folder, StringComparison.Ordinal))];

    /// <summary>After SIGKILL the programs that ran then go on; they end by themselves.</summary>
    public async Task WaitUntilNothingRunsAsync()
    {
        for (int tries = 0; tries < 600 && ProcessesLeft().Length > 0; tries++)
            await Task.Delay(500);
        Assert.Empty(ProcessesLeft());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private IReadOnlyList<string> Command(string cache) =>
        Checkout.NodeForge("build", "base-image", Checkout.BaseRecipe, "--lock", Lock, "--cache", cache, "--offline", "-o", "json");

    private bool IsOfThisBuild(string process)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0])
                && (
                    File.ReadAllText(Path.Combine(process, "cmdline")).Contains(Folder, StringComparison.Ordinal)
                    || (
                        File.ResolveLinkTarget(Path.Combine(process, "root"), returnFinalTarget: false)
                            ?.FullName.Contains(Folder, StringComparison.Ordinal)
                        ?? false
                    )
                );
        }
        catch (Exception ended) when (ended is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task<JsonNode> WriteLockAsync()
    {
        await PartLock.WriteAsync(Checkout.BaseRecipe, Lock);
        return JsonNode.Parse(await File.ReadAllTextAsync(Lock))!["parts"]!
            .AsArray()
            .Single(static part => part!["platform"]!.GetValue<string>() == Checkout.Platform)!["packages"]!;
    }
}
