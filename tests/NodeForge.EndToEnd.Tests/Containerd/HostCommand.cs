using System.Diagnostics;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>Runs a program of this machine to its end and gives what it printed.</summary>
internal static class HostCommand
{
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string? folder = null)
    {
        (int exit, string output, string error) = await TryAsync(program, arguments, folder);
        Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)} ended with {exit}: {error}{output}");
        return output;
    }

    public static async Task<(int Exit, string Output, string Error)> TryAsync(
        string program,
        IEnumerable<string> arguments,
        string? folder = null
    )
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
