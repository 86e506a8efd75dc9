using System.Runtime.InteropServices;

namespace NodeForge.Cli.Commands;

/// <summary>Ctrl-C and SIGTERM: the first asks the command to stop and clean up, the second leaves at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private int signals;

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

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGTERM)
            ExitCode = ExitCode.Terminated;
        if (Interlocked.Increment(ref signals) > 1)
        {
            Console.Error.WriteLine(
                CleanUpCommand is null
                    ? "stopped without cleaning up"
                    : $"stopped without cleaning up; run: {Printable.Escape(CleanUpCommand)}"
            );
            Environment.Exit((int)ExitCode);
        }

        Console.Error.WriteLine("stopping and cleaning up; once more to stop at once");
        source.Cancel();
    }

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        source.Dispose();
    }
}
