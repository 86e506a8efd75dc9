using System.Diagnostics;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>A program that ran to its end: what it was called with, returned and said.</summary>
internal sealed record ProgramRun(string Command, int Exit, string Output, string Error, TimeSpan Time)
{
    private const int Shown = 4000;

    /// <summary>Longer than any step takes on two busy cores, shorter than a machine of CI waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>Runs a program whatever it returns.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="variables">Set on top of this process's; null takes one away.</param>
    /// <param name="folder">Where it runs.</param>
    public static async Task<ProgramRun> TryAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string?>? variables = null,
        string? folder = null
    )
    {
        long begun = Stopwatch.GetTimestamp();
        using Process process = Start(command, variables, folder);
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', command)} was still running after {Patience}");
        }

        return new(string.Join(' ', command), process.ExitCode, await output, await error, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>Runs a program that has to return 0.</summary>
    public static async Task<string> OutputAsync(params string[] command) => (await TryAsync(command)).Succeeded().Output;

    public static Process Start(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string?>? variables = null,
        string? folder = null
    )
    {
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach ((string name, string? value) in variables ?? new Dictionary<string, string?>())
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public ProgramRun Succeeded() => Returned(0);

    public ProgramRun Returned(int exit)
    {
        Assert.True(
            Exit == exit,
            $"{Command}\nreturned {Exit}, not {exit}, after {Time.TotalSeconds:F0} s and said:\n{End(Error)}\n{End(Output)}"
        );
        return this;
    }

    private static string End(string text) => text.Length <= Shown ? text : "… " + text[^Shown..];
}
