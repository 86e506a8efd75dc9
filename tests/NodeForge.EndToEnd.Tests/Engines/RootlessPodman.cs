using System.Globalization;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines.Connecting;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>A podman that an ordinary user runs; user and store go with the tests.</summary>
public sealed class RootlessPodman : IAsyncLifetime
{
    private readonly string user = string.Create(CultureInfo.InvariantCulture, $"nf{Environment.ProcessId}");
    private readonly string folder = Directory.CreateTempSubdirectory("nf-rootless-").FullName;
    private Service? service;

    public string Address => $"unix://{folder}/podman.sock";

    public async ValueTask InitializeAsync()
    {
        await ProgramRun.OutputAsync("useradd", "--home-dir", folder, "--no-create-home", user);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "containers.conf"),
            """
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            """
        );
        await ProgramRun.OutputAsync("chown", "--recursive", user + ":", folder);
        service = await Service.StartAsync(
            [
                "setpriv",
                "--reuid",
                user,
                "--regid",
                user,
                "--clear-groups",
                "podman",
                "--root",
                folder + "/store",
                "--runroot",
                folder + "/run",
                "--storage-driver",
                "vfs",
                "system",
                "service",
                "--time=0",
                Address,
            ],
            new Dictionary<string, string?>
            {
                ["HOME"] = folder,
                ["XDG_RUNTIME_DIR"] = folder,
                ["CONTAINERS_CONF"] = folder + "/containers.conf",
                ["USER"] = user,
            },
            async () =>
                File.Exists(Path.Combine(folder, "podman.sock")) && await PodmanService.AnswersAsync(EngineEndpoint.Parse(Address, "test"))
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (service is not null)
            await service.DisposeAsync();
        // The process that holds the user's namespace outlives the service.
        string pause = Path.Combine(folder, "libpod/tmp/pause.pid");
        if (File.Exists(pause))
            await ProgramRun.TryAsync(["kill", (await File.ReadAllTextAsync(pause)).Trim()]);
        await ProgramRun.TryAsync(["userdel", "--force", user]);
        Directory.Delete(folder, recursive: true);
    }
}
