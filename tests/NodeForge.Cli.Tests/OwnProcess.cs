using System.Diagnostics;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Cli.Tests;

/// <summary>The program as a process of its own, with an engine that a test plays.</summary>
internal static class OwnProcess
{
    public static string Program => typeof(CommandTree).Assembly.Location;

    public static Process Start(ScriptedEngine engine, params string[] arguments) =>
        StartProgram(engine, "dotnet", [Program, .. arguments]);

    public static Process StartProgram(ScriptedEngine engine, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOCKER_HOST"] = "unix://" + engine.SocketPath;
        start.Environment["TERM"] = "xterm";
        foreach (string variable in (string[])["DOCKER_CONTEXT", "KIND_CLUSTER_NAME"])
            start.Environment.Remove(variable);
        return Process.Start(start)!;
    }

    public static async Task<CommandRun> RunAsync(ScriptedEngine engine, params string[] arguments)
    {
        using Process process = Start(engine, arguments);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, output, await errors);
    }
}
