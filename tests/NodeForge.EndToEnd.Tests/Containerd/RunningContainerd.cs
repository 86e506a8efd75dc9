using System.Diagnostics;
using System.Globalization;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>A containerd of its own: root, state and socket in a folder of the test. Disposing stops it.</summary>
internal sealed class RunningContainerd : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly string binaries;
    private readonly string address;

    private RunningContainerd(Process process, string binaries, string address)
    {
        this.process = process;
        this.binaries = binaries;
        this.address = address;
    }

    /// <param name="binaries">The folder with containerd and ctr.</param>
    /// <param name="root">containerd's persistent folder.</param>
    /// <param name="folder">For state, socket, configuration and log.</param>
    /// <param name="cri">Whether the CRI runs too: it looks at every image when it starts.</param>
    public static async Task<RunningContainerd> StartAsync(string binaries, string root, string folder, bool cri)
    {
        string address = Path.Combine(folder, "containerd.sock"),
            configuration = Path.Combine(folder, "config.toml");
        string disabled = cri ? "" : "\"io.containerd.grpc.v1.cri\"";
        await File.WriteAllTextAsync(
            configuration,
            $"version = 2\ndisabled_plugins = [{disabled}]\n[plugins.\"io.containerd.gc.v1.scheduler\"]\n  startup_delay = \"100ms\"\n"
        );
        ProcessStartInfo start = new(
            "/bin/sh",
            [
                "-c",
                "exec \"$@\" 2>>\"$0\"",
                Path.Combine(folder, "containerd.log"),
                Path.Combine(binaries, "containerd"),
                "--config",
                configuration,
                "--root",
                root,
                "--state",
                Path.Combine(folder, "state"),
                "--address",
                address,
            ]
        );
        RunningContainerd containerd = new(Process.Start(start)!, binaries, address);
        await containerd.WaitAsync(folder);
        return containerd;
    }

    /// <summary>The images as the kubelet sees them, of a containerd whose CRI runs.</summary>
    public Task<IReadOnlyList<CriImage>> ListImagesAsync() => CriClient.ListImagesAsync(address);

    /// <summary>Runs ctr in the namespace of the CRI.</summary>
    public Task<string> CtrAsync(params string[] arguments) =>
        HostCommand.RunAsync(Path.Combine(binaries, "ctr"), ["--address", address, "--namespace", "k8s.io", .. arguments]);

    /// <summary>Deleting a lease synchronously waits for a garbage collection.</summary>
    public async Task CollectGarbageAsync()
    {
        await CtrAsync("leases", "create", "--id", "collect");
        await CtrAsync("leases", "delete", "--sync", "collect");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await HostCommand.TryAsync("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        using CancellationTokenSource limit = new(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
    }

    private async Task WaitAsync(string folder)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while ((await HostCommand.TryAsync(Path.Combine(binaries, "ctr"), ["--address", address, "version"])).Exit != 0)
        {
            if (process.HasExited || clock.Elapsed > StartLimit)
            {
                await DisposeAsync();
                Assert.Fail("containerd did not start: " + await File.ReadAllTextAsync(Path.Combine(folder, "containerd.log")));
            }
            await Task.Delay(50);
        }
    }
}
