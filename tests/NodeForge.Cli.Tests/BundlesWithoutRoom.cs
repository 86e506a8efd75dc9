using System.Diagnostics;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Cli.Tests;

/// <summary>Bundles where there is no room.</summary>
/// <remarks>The disks are file systems in memory, in a namespace of the test's own; where none can be made, there is nothing to
/// see.</remarks>
public sealed class BundlesWithoutRoom : IDisposable
{
    private readonly CommandRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task A_full_disk_in_each_step_is_told_and_leaves_nothing()
    {
        await MakeAsync();
        string[][] steps =
        [
            ["bundle", "create", "oci:" + room["out"], "--file", room["noise"], "--output", room["disk/site.nfb"]],
            ["bundle", "create", "oci:" + room["out"], "--file", room["noise"], "--output", room["disk/site.nfb"], "--volume-size", "20MB"],
            [
                "bundle",
                "create",
                "oci:" + room["out"],
                "--file",
                room["noise"],
                "--output",
                room["disk/x.nfb"],
                "--base",
                room["other.nfb"],
            ],
            ["bundle", "apply", room["other.nfb"], room["delta.nfb"], "--output", room["disk/site.nfb"]],
            ["bundle", "squash", room["other.nfb"], room["delta.nfb"], "--output", room["disk/site.nfb"]],
            ["bundle", "load", room["site.nfb"], "oci:" + room["far"], "--files", room["disk/files"]],
        ];
        foreach (string[] step in steps)
        {
            if (await RunAsync("disk", 4, step) is not { } run)
                return;
            Assert.True(run.Exit == (int)ExitCode.Environment, $"{string.Join(' ', step)}: {run.Exit}\n{run.Error}");
            Assert.Contains("NF9003", run.Error, StringComparison.Ordinal);
            Assert.Equal("", run.Out);
        }
    }

    [Fact]
    public async Task A_load_needs_no_room_but_that_of_its_target()
    {
        await MakeAsync();
        string[] load = ["bundle", "load", room["site.nfb"], "oci:" + room["far"], "--files", room["files"]];
        if (await RunAsync("tmp", 8, load) is not { } run)
            return;
        Assert.True(run.Exit == 0, run.Error);
        Assert.DoesNotContain(room["tmp"], run.Out, StringComparison.Ordinal); // what lies there when it ends
        Assert.True(SizeOf("cache") < new FileInfo(room["site.nfb"]).Length / 100);
        Assert.Equal(new FileInfo(room["noise"]).Length, new FileInfo(room["files/noise"]).Length);
    }

    private long SizeOf(string folder) =>
        Directory.Exists(room[folder])
            ? new DirectoryInfo(room[folder]).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
            : 0;

    private async Task MakeAsync()
    {
        byte[] noise = new byte[24 << 20];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(room["noise"], noise);
        await room.LockAsync("app.yaml");
        string[][] steps =
        [
            ["build", "container-image", room["app.yaml"], "--offline", "--output", "oci:" + room["out"]],
            ["bundle", "create", "oci:" + room["out"], "--output", room["other.nfb"]],
            ["bundle", "create", "oci:" + room["out"], "--file", room["noise"], "--output", room["site.nfb"]],
            ["bundle", "create", "oci:" + room["out"], "--file", room["noise"], "--output", room["delta.nfb"], "--base", room["other.nfb"]],
        ];
        foreach (string[] step in steps)
        {
            CommandRun run = await room.RunAsync(step);
            Assert.True(run.Exit == 0, run.Error);
        }

        Directory.Delete(room["cache"], recursive: true);
    }

    /// <returns>What the command says, and which files lie on the disk behind it; null where no disk can be made.</returns>
    private async Task<CommandRun?> RunAsync(string disk, int mebibytes, string[] command)
    {
        string folder = room[disk];
        Directory.CreateDirectory(folder);
        string script =
            $"mount -t tmpfs -o size={mebibytes}m none '{folder}' || exit 99; export TMPDIR='{room["tmp"]}'; "
            + $"\"$@\" >/dev/null; code=$?; find '{folder}' -type f; exit $code";
        Directory.CreateDirectory(room["tmp"]);
        await using ScriptedEngine engine = new();
        using Process process = OwnProcess.StartProgram(
            engine,
            "unshare",
            ["-rm", "sh", "-c", script, "sh", "dotnet", OwnProcess.Program, .. command, "--cache", room["cache"]]
        );
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode is 99 or 1 or 126 or 127 ? null : new(process.ExitCode, output, await errors);
    }
}
