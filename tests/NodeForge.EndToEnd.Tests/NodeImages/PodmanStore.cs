namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>A store of podman's beside the machine's own; it goes, with its mounts.</summary>
internal sealed class PodmanStore(string folder) : IAsyncDisposable
{
    public Task<string> RunAsync(params string[] arguments) => ProgramRun.OutputAsync([.. Podman(), .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await ProgramRun.TryAsync([.. Podman(), "rmi", "--all", "--force"]);
        await ProgramRun.TryAsync(["umount", Path.Combine(folder, "root/overlay")]);
        Directory.Delete(folder, recursive: true);
    }

    // vfs would copy the whole image once for each layer.
    private string[] Podman() =>
        [
            "podman",
            "--root",
            Path.Combine(folder, "root"),
            "--runroot",
            Path.Combine(folder, "run"),
            "--storage-driver",
            "overlay",
            "--cgroup-manager",
            "cgroupfs",
        ];
}
