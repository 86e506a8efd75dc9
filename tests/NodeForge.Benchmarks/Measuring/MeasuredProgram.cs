using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace NodeForge.Benchmarks.Measuring;

/// <summary>Runs a program to its end and measures it.</summary>
internal static class MeasuredProgram
{
    // VmHWM only grows, so that the last look before the end is right but for this long.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static Measurement Run(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null) =>
        RunFor(command, environment).Measurement;

    /// <returns>What the program wrote to standard output.</returns>
    public static string Output(IReadOnlyList<string> command) => RunFor(command, null).Output;

    private static (Measurement Measurement, string Output) RunFor(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string>? environment
    )
    {
        using Process process = new()
        {
            StartInfo = new(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            process.StartInfo.Environment[name] = value;
        StringBuilder output = new();
        StringBuilder said = new();
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);

        long begun = Stopwatch.GetTimestamp();
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            throw new BenchmarkException($"{command[0]} cannot be started: {failure.Message}");
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        ProcessUsage usage = new(0, TimeSpan.Zero);
        while (!process.WaitForExit(Look))
            usage = ProcessUsage.Of(process.Id) ?? usage;
        TimeSpan wall = Stopwatch.GetElapsedTime(begun);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BenchmarkException(
                string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}: {string.Join(' ', command)}\n{said}{output}")
            );
        return (new(wall, usage.Processor, usage.PeakBytes), output.ToString());
    }
}
