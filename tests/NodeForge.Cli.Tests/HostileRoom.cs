using System.Diagnostics;

namespace NodeForge.Cli.Tests;

/// <summary>The built program in a folder that an attacker has filled: as a process of its own, with little memory, and not for
/// ever.</summary>
internal sealed class HostileRoom : IDisposable
{
    // What any of these inputs may take of a machine that is busy with other tests.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Of the managed heap, in hexadecimal: 512 MiB. A plain command needs a tenth of it.
    private const string Memory = "20000000";

    public HostileRoom() => Write("docker/config.json", "{}");

    public string Folder { get; } = Directory.CreateTempSubdirectory("nodeforge-hostile-").FullName;

    public Dictionary<string, string> Variables { get; } = [];

    public string this[string name] => Path.Combine(Folder, name);

    public void Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public void Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
    }

    /// <summary>A program that leaves a trace.</summary>
    public void Plant(string name)
    {
        Write(name, $"#!/bin/sh\necho {Path.GetFileName(name)} >> '{this["trace"]}'\n");
        File.SetUnixFileMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <exception cref="TimeoutException">It goes on and on.</exception>
    public async Task<CommandRun> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        return await EndAsync(process);
    }

    /// <exception cref="TimeoutException">It goes on and on.</exception>
    public static async Task<CommandRun> EndAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Task.WhenAll(output, errors, process.WaitForExitAsync()).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new(process.ExitCode, await output, await errors);
    }

    public Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [OwnProcess.Program, .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            string variable in (string[])
                ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "KIND_CLUSTER_NAME", "http_proxy", "HTTP_PROXY"]
        )
            start.Environment.Remove(variable);
        start.Environment["DOCKER_CONFIG"] = this["docker"];
        start.Environment["KUBECONFIG"] = this["kubeconfig"];
        start.Environment["NODEFORGE_CACHE"] = this["cache"];
        start.Environment["NODEFORGE_STATE"] = this["state"];
        start.Environment["DOTNET_GCHeapHardLimit"] = Memory;
        foreach ((string name, string value) in Variables)
            start.Environment[name] = value;
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
