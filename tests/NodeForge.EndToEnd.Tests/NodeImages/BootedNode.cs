namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>A container of the node image with systemd up, as cluster tools run it; no cluster is made in it.</summary>
internal sealed class BootedNode : IAsyncDisposable
{
    private readonly string name = "nf-booted-" + Path.GetRandomFileName()[..6];

    private BootedNode() { }

    public static async Task<BootedNode> StartAsync(string image)
    {
        BootedNode node = new();
        try
        {
            await ProgramRun.OutputAsync(
                "docker",
                "run",
                "--detach",
                "--tty",
                "--privileged",
                "--cgroupns=private",
                "--tmpfs",
                "/tmp",
                "--tmpfs",
                "/run",
                "--volume",
                "/var",
                "--name",
                node.name,
                "--hostname",
                node.name,
                image
            );
            // Waits for the jobs of boot; a unit that failed makes it "degraded", which is not what is asked here.
            ProgramRun up = await ProgramRun.TryAsync([
                "timeout",
                "120",
                "docker",
                "exec",
                node.name,
                "sh",
                "-c",
                "until systemctl is-system-running --wait 2>/dev/null | grep -qE 'running|degraded'; do sleep 1; done",
            ]);
            up.Succeeded();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public Task<string> RunAsync(params string[] command) => ProgramRun.OutputAsync(["docker", "exec", name, .. command]);

    public async ValueTask DisposeAsync() => await ProgramRun.TryAsync(["docker", "rm", "--force", "--volumes", name]);
}
