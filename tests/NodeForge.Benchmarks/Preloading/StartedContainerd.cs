using System.ComponentModel;
using System.Diagnostics;
using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Preloading;

/// <summary>The machine's containerd on a root of its own.</summary>
internal sealed class StartedContainerd : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Process process;
    private readonly string address;

    private StartedContainerd(Process process, string address)
    {
        this.process = process;
        this.address = address;
    }

    public static StartedContainerd Start(string root)
    {
        string folder = root + "-state",
            address = Path.Combine(folder, "containerd.sock"),
            configuration = Path.Combine(folder, "config.toml");
        Directory.CreateDirectory(folder);
        File.WriteAllText(configuration, "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n");
        string log = Path.Combine(folder, "log");
        try
        {
            Process process = Process.Start(
                "sh",
                ["-c", $"exec containerd --config {configuration} --root {root} --state {folder}/run --address {address} >{log} 2>&1"]
            );
            StartedContainerd containerd = new(process, address);
            for (Stopwatch clock = Stopwatch.StartNew(); !containerd.Answers(); Thread.Sleep(50))
            {
                if (process.HasExited || clock.Elapsed > Limit)
                    throw new BenchmarkException("containerd did not start: " + File.ReadAllText(log));
            }

            return containerd;
        }
        catch (Win32Exception failure)
        {
            throw new BenchmarkException("containerd cannot be started: " + failure.Message);
        }
    }

    public IReadOnlyList<string> Ctr(IEnumerable<string> arguments) => ["ctr", "--address", address, "--namespace", "k8s.io", .. arguments];

    /// <exception cref="BenchmarkException">An image is missing or not whole.</exception>
    public void RequireComplete(int images)
    {
        string[] lines = MeasuredProgram.Output(Ctr(["images", "check"])).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        if (lines.Length < images || lines.Any(line => !line.Contains(" complete ", StringComparison.Ordinal)))
            throw new BenchmarkException("not every image is complete:\n" + string.Join('\n', lines));
    }

    private bool Answers()
    {
        try
        {
            MeasuredProgram.Run(Ctr(["version"]));
            return true;
        }
        catch (BenchmarkException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        MeasuredProgram.Run(["kill", "-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        process.WaitForExit();
        process.Dispose();
    }
}
