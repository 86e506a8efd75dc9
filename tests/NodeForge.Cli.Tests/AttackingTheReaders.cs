using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using NodeForge.TestSupport.Engines;
using NodeForge.TestSupport.Http;

namespace NodeForge.Cli.Tests;

/// <summary>Every file that the program reads, with a pipe in its place to which nobody writes, or a device without end: it is told, and
/// neither waited for nor read into memory.</summary>
public sealed class AttackingTheReaders : IDisposable
{
    private const string Recipe =
        "apiVersion: nodeforge.dev/v1alpha1\nkind: ContainerImage\nname: app\nplatforms: [linux/amd64]\ntags: [\"example.com/app:1\"]\n"
        + "files: [{path: /etc/os, content: none}]\n";

    private const string Matrix =
        "apiVersion: nodeforge.dev/v1alpha1\nkind: Matrix\nname: m\nrecipes: [app.yaml]\nplatforms: [linux/amd64]\n";

    private readonly HostileRoom room = new();

    public void Dispose() => room.Dispose();

    /// <summary>The file, and a command that reads it.</summary>
    public static TheoryData<string, string> Files =>
        new()
        {
            { "app.yaml", "plan app.yaml" },
            { "app.lock.json", "plan app.yaml" },
            { "app.lock.json", "lock app.yaml --check" },
            { "docker/config.json", "inspect docker://127.0.0.1:1/a:v1" },
            { "docker/config.json", "get clusters" },
            { "docker/ca.pem", "get clusters --context-of tls" },
            { "docker/cert.pem", "get clusters --context-of tls" },
            { "docker/key.pem", "get clusters --context-of tls" },
            { "signing.key", "sign oci:layout --key signing.key" },
            { "signing.pub", "verify oci:layout --key signing.pub" },
            { "site.nfb", "bundle inspect site.nfb" },
            { "layout/oci-layout", "inspect oci:layout" },
            { "layout/index.json", "verify oci:layout" },
            { "kind.yaml", "bundle create oci:layout --cluster-file kind.yaml --output site.nfb" },
            { "app.tar", "inspect docker-archive:app.tar" },
            { "app.tar", "verify oci-archive:app.tar" },
        };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_pipe_is_not_waited_for(string file, string command)
    {
        Prepare(file);
        using (Process made = Process.Start("mkfifo", [room[file]]))
            await made.WaitForExitAsync();
        Told(await RunAsync(command));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_device_without_end_is_not_read_to_its_end(string file, string command)
    {
        Prepare(file);
        File.CreateSymbolicLink(room[file], "/dev/zero");
        Told(await RunAsync(command));
    }

    [Theory]
    [InlineData("usr/lib/systemd/system/kubelet.service")]
    [InlineData("var/lib/dpkg/status")]
    [InlineData("kind/version")]
    public async Task A_file_of_an_image_that_is_too_long_to_be_one_takes_no_memory(string file)
    {
        Packed layer = Packed.OfOneFile(room["layer"], file, 240 << 20);
        string config = $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{layer.DiffId}}}"]}}""";
        room.Write("image/config.json", config);
        string manifest = """[{"Config":"config.json","RepoTags":["app:1"],"Layers":["layer"]}]""";
        room.Write("image/manifest.json", manifest);
        File.Move(room["layer"], room["image/layer"]);
        await TarFile.CreateFromDirectoryAsync(room["image"], room["app.tar"], includeBaseDirectory: false);
        room.Variables["DOTNET_GCHeapHardLimit"] = "6000000"; // 96 MiB
        foreach (string command in (string[])["inspect", "verify"])
        {
            CommandRun run = await RunAsync(command + " docker-archive:app.tar");
            Assert.DoesNotContain("NF9001", run.Error, StringComparison.Ordinal);
            Assert.Contains("app:1", run.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_disk_that_fails_is_no_fault_of_the_program()
    {
        // Reading there is the input/output error of a process that has nothing at that address.
        CommandRun run = await RunAsync("inspect docker-archive:/proc/self/mem");
        Told(run);
        Assert.Equal((int)ExitCode.Environment, run.Exit);
    }

    [Fact]
    public async Task A_text_of_millions_of_letters_is_told_in_a_few()
    {
        room.Write("docker/config.json", $$"""{"currentContext":"{{new string('a', 3_000_000)}}"}""");
        CommandRun run = await room.RunAsync("get", "clusters");
        Assert.Equal(ExitCode.Usage, (ExitCode)run.Exit);
        Assert.Contains("NF5509: there is no docker context", run.Error, StringComparison.Ordinal);
        Assert.Contains("letters)", run.Error, StringComparison.Ordinal);
        Assert.InRange(run.Error.Length, 1, 100_000);
    }

    [Fact]
    public async Task An_empty_folder_for_logs_is_as_none()
    {
        room.Variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
        CommandRun run = await room.RunAsync("export", "logs", "");
        Told(run);
        Assert.Contains("NF5501", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!/bin/sh\nexec yes\n")]
    [InlineData("#!/bin/sh\nexec yes >&2\n")]
    [InlineData("#!/bin/sh\nexec head -c 300000000 /dev/zero\n")]
    [InlineData("#!/bin/sh\necho '{\"\\ud800\":1,\"Username\":\"\\ud800\"}'\n")]
    public async Task A_credential_helper_that_speaks_without_end_or_sense_is_told(string script)
    {
        room.Write("programs/docker-credential-flood", script);
        File.SetUnixFileMode(room["programs/docker-credential-flood"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        room.Write("docker/config.json", """{"credsStore":"flood"}""");
        room.Variables["PATH"] = room["programs"] + ":" + Environment.GetEnvironmentVariable("PATH");
        await using ScriptedServer registry = new();
        registry.Serve("/v2/a/manifests/v1", Replies.Status(401, headers: ("WWW-Authenticate", "Basic realm=\"x\"")));
        CommandRun run = await RunAsync($"inspect docker://{new Uri(registry.Address).Authority}/a:v1");
        Told(run);
        Assert.Contains("docker-credential-flood", run.Error, StringComparison.Ordinal);
    }

    // A pipe that may be written to later is waited for, as a shell's <(...) asks: the first signal ends that.
    [Theory]
    [InlineData("create cluster --config pipe")]
    [InlineData("doctor --config pipe")]
    [InlineData("matrix status matrix.yaml --jobs pipe")]
    public async Task One_signal_ends_the_wait_for_a_pipe(string command)
    {
        Prepare("pipe");
        room.Write("matrix.yaml", Matrix);
        using (Process made = Process.Start("mkfifo", [room["pipe"]]))
            await made.WaitForExitAsync();
        room.Variables["DOTNET_EnableDiagnostics"] = "0"; // The runtime waits at pipes of its own, for debuggers.
        using Process waiting = Start(command);
        await OpeningAsync(waiting);
        Signals.SendTerminate(waiting);
        CommandRun run = await HostileRoom.EndAsync(waiting);
        Assert.True(run.Exit == 143, $"{run.Exit}: {run.Error}");
    }

    [Fact]
    public async Task A_list_of_Jobs_without_end_is_not_read_to_its_end()
    {
        Prepare("jobs");
        room.Write("matrix.yaml", Matrix);
        CommandRun run = await RunAsync("matrix status matrix.yaml --jobs /dev/zero");
        Assert.Contains("NF7006", run.Error, StringComparison.Ordinal);
        Assert.Contains("more than 64 MiB", run.Error, StringComparison.Ordinal);
    }

    private static async Task OpeningAsync(Process process)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(1) && !process.HasExited; await Task.Delay(50))
        {
            if (Directory.EnumerateDirectories($"/proc/{process.Id}/task").Any(OpensAPipe))
                return;
        }

        Assert.Fail($"the command waits for no pipe: {(process.HasExited ? await process.StandardError.ReadToEndAsync() : "it runs")}");
    }

    // /proc/PID/task/TID/wchan, see proc(5): where the kernel holds who opens a pipe that nobody writes to (fs/pipe.c).
    private static bool OpensAPipe(string thread)
    {
        try
        {
            return File.ReadAllText(thread + "/wchan").Contains("wait_for_partner", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // a thread that has ended meanwhile
        }
    }

    private void Prepare(string file)
    {
        room.Write("app.yaml", Recipe);
        room.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        room.Write("layout/index.json", """{"schemaVersion":2,"manifests":[]}""");
        Directory.CreateDirectory(Path.GetDirectoryName(room[file])!);
        File.Delete(room[file]);
    }

    private async Task<CommandRun> RunAsync(string command)
    {
        using Process process = Start(command);
        return await HostileRoom.EndAsync(process);
    }

    private Process Start(string command)
    {
        room.Variables["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
        string[] words = command.Split(" --context-of ");
        if (words.Length > 1)
        {
            room.Variables["DOCKER_HOST"] = "tcp://127.0.0.1:1";
            room.Variables["DOCKER_CERT_PATH"] = room["docker"];
            room.Variables["DOCKER_TLS_VERIFY"] = "1";
        }

        return room.Start(words[0].Split(' '));
    }

    private static void Told(CommandRun run)
    {
        Assert.DoesNotContain("NF9001", run.Error, StringComparison.Ordinal);
        Assert.Contains("NF", run.Error, StringComparison.Ordinal);
        Assert.InRange(run.Exit, 2, 8);
    }

    /// <summary>A layer, packed.</summary>
    private sealed record Packed(string DiffId)
    {
        public static Packed OfOneFile(string path, string name, int length)
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using FileStream file = File.Create(path);
            using GZipStream packed = new(file, CompressionLevel.Fastest);
            void Write(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                packed.Write(bytes);
            }

            // One header of ustar, see tar(5), the content and two empty blocks.
            byte[] header = new byte[512];
            Encoding.ASCII.GetBytes(name, header);
            Encoding.ASCII.GetBytes(
                "0000644\00000000\00000000\0" + Convert.ToString(length, 8).PadLeft(11, '0') + "\000000000000\0        0",
                header.AsSpan(100)
            );
            "ustar\000"u8.CopyTo(header.AsSpan(257));
            Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(static value => value), 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148));
            Write(header);
            byte[] zeros = new byte[1 << 20];
            for (int left = length; left > 0; left -= zeros.Length)
                Write(zeros);
            Write(zeros.AsSpan(0, 1024));
            return new("sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }
}
