using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NodeForge.Cli.Commands;

/// <summary>Ctrl-C and SIGTERM: the first asks the command to stop and clean up, the second leaves at once.</summary>
internal sealed class Interruption : IDisposable
{
    // timeout(1) sends its signal to the program and to its group, and so do shells and runners of builds: the program hears it twice.
    private static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private TimeSpan? first;

    /// <summary>What follows from a signal.</summary>
    public enum Answer
    {
        None,
        Stop,
        Leave,
    }

    public CancellationToken Token => source.Token;

    /// <summary>What the process returns when it was stopped: 128 and the signal's number, as shells have it.</summary>
    public ExitCode ExitCode { get; private set; } = ExitCode.Interrupted;

    /// <summary>What to print when leaving without cleaning up.</summary>
    public string? CleanUpCommand { get; set; }

    public static Interruption Listen()
    {
        Interruption interruption = new();
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            interruption.registrations.Add(PosixSignalRegistration.Create(signal, interruption.Take));
        return interruption;
    }

    /// <summary>What a signal asks for.</summary>
    /// <param name="at">When it came, since any moment.</param>
    public Answer Hear(PosixSignal signal, TimeSpan at)
    {
        lock (source)
        {
            if (first is { } before)
                return at - before < Echo ? Answer.None : Answer.Leave;
            first = at;
            if (signal == PosixSignal.SIGTERM)
                ExitCode = ExitCode.Terminated;
            return Answer.Stop;
        }
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        switch (Hear(context.Signal, Stopwatch.GetElapsedTime(0)))
        {
            case Answer.Stop:
                Console.Error.WriteLine("stopping and cleaning up; once more to stop at once");
                source.Cancel();
                break;
            case Answer.Leave:
                Console.Error.WriteLine(
                    CleanUpCommand is null
                        ? "stopped without cleaning up"
                        : $"stopped without cleaning up; run: {Printable.Escape(CleanUpCommand)}"
                );
                Environment.Exit((int)ExitCode);
                break;
        }
    }

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        source.Dispose();
    }
}
