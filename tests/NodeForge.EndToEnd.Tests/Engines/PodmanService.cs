using System.Diagnostics;
using System.Globalization;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>A podman of the tests' own, with socket, store and networks beside the machine's; it goes with everything in it.</summary>
public sealed class PodmanService : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-podman-").FullName;
    private Service? service;

    public string Address => $"unix://{folder}/podman.sock";

    public EngineEndpoint Endpoint => EngineEndpoint.Parse(Address, "CONTAINER_HOST");

    /// <summary>What makes a command use this engine and no other.</summary>
    public IReadOnlyDictionary<string, string?> Variables =>
        new Dictionary<string, string?>
        {
            ["DOCKER_HOST"] = null,
            ["CONTAINER_HOST"] = Address,
            ["DOCKER_CONTEXT"] = "default",
        };

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "containers.conf"), Configuration());
        service = await Service.StartAsync(
            ["podman", .. Store, "system", "service", "--time=0", Address],
            Own,
            async () => File.Exists(Path.Combine(folder, "podman.sock")) && await AnswersAsync(Endpoint)
        );
    }

    public async ValueTask DisposeAsync()
    {
        await ProgramRun.TryAsync(["podman", .. Store, "rm", "--all", "--force", "--volumes", "--time=0"], Own);
        await ProgramRun.TryAsync(["podman", .. Store, "network", "prune", "--force"], Own);
        await ProgramRun.TryAsync(["podman", .. Store, "rmi", "--all", "--force"], Own);
        if (service is not null)
            await service.DisposeAsync();
        await EndMonitorsAsync();
        await ProgramRun.TryAsync(["umount", Path.Combine(folder, "store/overlay")]);
        Directory.Delete(folder, recursive: true);
    }

    // Podman keeps a monitor for five minutes after each program that ran in a container; it would write into the folder once more.
    private async Task EndMonitorsAsync()
    {
        foreach (Process monitor in Process.GetProcessesByName("conmon"))
        {
            using (monitor)
            {
                if (CommandLine(monitor.Id).Contains(folder, StringComparison.Ordinal))
                    await ProgramRun.TryAsync(["kill", "-KILL", monitor.Id.ToString(CultureInfo.InvariantCulture)]);
            }
        }
    }

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    internal static async Task<bool> AnswersAsync(EngineEndpoint endpoint)
    {
        try
        {
            using EngineClient client = await EngineClient.ConnectAsync(endpoint, CancellationToken.None);
            return true;
        }
        catch (NodeForgeException)
        {
            return false;
        }
    }

    // With CONTAINER_HOST podman itself would only call another one.
    private Dictionary<string, string?> Own =>
        new() { ["CONTAINERS_CONF"] = Path.Combine(folder, "containers.conf"), ["CONTAINER_HOST"] = null };

    private string[] Store =>
        ["--root", Path.Combine(folder, "store"), "--runroot", Path.Combine(folder, "run"), "--storage-driver", "overlay"];

    // Podman asks for more open files and processes than a host that withholds CAP_SYS_RESOURCE lets anybody have, and for capabilities
    // that it lacks.
    private string Configuration() =>
        $"""
            [containers]
            default_ulimits = ["nofile={Hard("Max open files")}:{Hard("Max open files")}", "nproc={Processes}:{Processes}"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "nodeforge"
            [engine.runtimes]
            nodeforge = ["{Path.Combine(Checkout.Root, "build/engine.d/runtime")}"]
            [network]
            network_backend = "netavark"
            network_config_dir = "{folder}/networks"
            """;

    private static long Processes =>
        Math.Min(Hard("Max processes"), long.Parse(File.ReadAllText("/proc/sys/kernel/pid_max"), CultureInfo.InvariantCulture));

    private static long Hard(string limit)
    {
        string line = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith(limit, StringComparison.Ordinal));
        string hard = line[limit.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return hard == "unlimited" ? 1 << 20 : long.Parse(hard, CultureInfo.InvariantCulture);
    }
}
