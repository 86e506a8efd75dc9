using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace NodeForge.Images.Processes;

/// <summary>Runs programs of the system: both outputs drained at once, everything ended when it is cancelled, failures told with the
/// command.</summary>
/// <param name="host">Where programs are found, and the variables that they see.</param>
/// <param name="reporter">Hears each line as <see cref="ProgramSaid"/>.</param>
public sealed class ProgramRunner(HostEnvironment host, IForgeReporter reporter)
{
    private const int NoSuchFile = 2; // ENOENT
    private const int TailLines = 12;

    // A grandchild that went to the background may hold the pipes open for ever; what it says later is not waited for.
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(5);

    internal IForgeReporter Reporter => reporter;

    /// <summary>Runs a program and expects exit code 0.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ProgramFailed"/> with command, exit code and the last lines;
    /// <see cref="ErrorCodes.ProgramMissing"/>;
    /// <see cref="ErrorCodes.ProgramNotStarted"/>; <see cref="ErrorCodes.ProgramOutputTooLong"/> where the output was to be collected and
    /// is longer than its limit.</exception>
    public async Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancellationToken)
    {
        ProgramResult result = await TryAsync(call, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw Failed(call, result);
        if (result.OutputCut)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ProgramOutputTooLong, $"{call.Program} said more than {call.OutputLimit} characters")
                {
                    Where = new(call.ToString()),
                }
            );
        }

        return result;
    }

    /// <summary>Runs a program; any exit code will do.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ProgramMissing"/>,
    /// <see cref="ErrorCodes.ProgramNotStarted"/>.</exception>
    public async Task<ProgramResult> TryAsync(ProgramCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using Process process = Start(call);
        OutputTail output = new(call.OutputLimit, line => Say(call, line));
        OutputTail error = new(call.OutputLimit, line => Say(call, line));
        using CancellationTokenSource drain = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task consumed = call.Output is { } consume
            ? consume(process.StandardOutput.BaseStream, cancellationToken)
            : DrainAsync(process.StandardOutput, output, drain.Token);
        Task drained = DrainAsync(process.StandardError, error, drain.Token);
        try
        {
            await WaitAsync(process, consumed, cancellationToken).ConfigureAwait(false);
            drain.CancelAfter(DrainGrace);
            await Task.WhenAll(consumed, drained).ConfigureAwait(false);
        }
        catch
        {
            await EndAsync(process).ConfigureAwait(false);
            throw;
        }

        return new(process.ExitCode, output.ToString(), error.ToString(), output.Cut);
    }

    /// <summary>The failure of a program, with its last words.</summary>
    public static NodeForgeException Failed(ProgramCall call, ProgramResult result)
    {
        string said = result.Error.Trim().Length > 0 ? result.Error : result.Output;
        string[] tail =
        [
            .. said.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(TailLines),
        ];
        // strerror(ENOSPC) in the C locale, which is what builds give to programs.
        if (said.Contains("No space left on device", StringComparison.Ordinal))
        {
            return new(
                new Diagnostic(
                    ErrorCodes.DiskFull,
                    $"{call.Program} ended with exit code {result.ExitCode}: no space was left for what it writes"
                )
                {
                    Where = new(call.ToString()),
                    Got = call.Blank(string.Join(" | ", tail)),
                    Hint = "make room, or choose another place with --cache DIR",
                }
            );
        }

        return new(
            new Diagnostic(ErrorCodes.ProgramFailed, $"{call.Program} ended with exit code {result.ExitCode}")
            {
                Where = new(call.ToString()),
                Got = tail.Length == 0 ? "no word of why" : call.Blank(string.Join(" | ", tail)),
                Hint = "its last lines say why; -v shows them all",
            }
        );
    }

    private Process Start(ProgramCall call)
    {
        ProcessStartInfo start = new(host.FindProgram(call.Program) ?? throw Missing(call))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = call.WorkingDirectory ?? "",
        };
        foreach (string argument in call.Arguments)
            start.ArgumentList.Add(argument);
        host.Apply(start);
        if (call.Hermetic)
            start.Environment.Clear();
        foreach ((string name, string? value) in call.Environment)
            start.Environment[name] = value;
        try
        {
            Process process = Process.Start(start)!;
            // A program that asks must get an end of file, not the user's terminal.
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception failure)
        {
            throw NotStarted(call, failure);
        }
    }

    private static NodeForgeException NotStarted(ProgramCall call, Win32Exception failure) =>
        failure.NativeErrorCode == NoSuchFile
            ? Missing(call, failure)
            : new(
                new Diagnostic(ErrorCodes.ProgramNotStarted, $"{call.Program} cannot be started")
                {
                    Where = new(call.ToString()),
                    Got = failure.Message,
                    Hint = "fix its permissions",
                },
                failure
            );

    private static NodeForgeException Missing(ProgramCall call, Exception? inner = null) =>
        new(
            new Diagnostic(ErrorCodes.ProgramMissing, $"{call.Program} is not installed")
            {
                Where = new(call.ToString()),
                Want = "a program in one of the absolute folders of PATH",
                Hint = call.Package is { } package ? $"install it: apt-get install {package}" : "install it, or correct PATH",
            },
            inner
        );

    private static async Task DrainAsync(StreamReader reader, OutputTail tail, CancellationToken cancellationToken)
    {
        char[] buffer = new char[8192];
        int read;
        try
        {
            while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                tail.Append(buffer.AsSpan(0, read));
        }
        catch (OperationCanceledException)
        {
            // The wait for the program itself tells a cancelled call; here only the grace is over.
        }

        tail.End();
    }

    // A consumer that fails leaves the program blocked on a full pipe: its failure has to end the wait.
    private static async Task WaitAsync(Process process, Task consumed, CancellationToken cancellationToken)
    {
        Task exited = process.WaitForExitAsync(cancellationToken);
        if (await Task.WhenAny(exited, consumed).ConfigureAwait(false) == consumed)
            await consumed.ConfigureAwait(false);
        await exited.ConfigureAwait(false);
    }

    private static async Task EndAsync(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in between.
        }
    }

    private void Say(ProgramCall call, string line) => reporter.Report(new ProgramSaid(Path.GetFileName(call.Program), call.Blank(line)));
}
