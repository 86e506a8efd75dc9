using NodeForge.Images.Processes;
using NodeForge.Oci;

namespace NodeForge.Images;

/// <summary>What every assembly step is given: where content is kept, what was made before, where scratch may lie, and who hears of
/// it.</summary>
/// <param name="Store">Content by digest.</param>
/// <param name="Actions">What was made before.</param>
/// <param name="Scratch">A folder for work under way, on the store's file system.</param>
/// <param name="Host">The machine: its programs and its time.</param>
/// <param name="Reporter">Hears of steps.</param>
public sealed record BuildEnvironment(BlobStore Store, ActionCache Actions, string Scratch, HostEnvironment Host, IForgeReporter Reporter)
{
    /// <summary>Whether a root file system of its own may be entered.</summary>
    public bool IsRoot { get; init; } = Host.IsRoot;

    /// <summary>Tells how long ago a local file was written.</summary>
    public TimeProvider Clock { get; init; } = Host.Clock;

    /// <summary>Starts the machine's programs.</summary>
    internal ProgramRunner Programs => new(Host, Reporter);

    /// <summary>All of it below a cache's folder.</summary>
    public static BuildEnvironment Of(string cache, BlobStore store, HostEnvironment host, IForgeReporter reporter) =>
        new(
            store,
            new ActionCache(Path.Combine(cache, "actions"), store, host.Clock, reporter),
            Path.Combine(cache, "scratch"),
            host,
            reporter
        );

    /// <summary>Makes a folder of its own for one step; it goes with the step.</summary>
    public ScratchFolder NewScratch(string name) =>
        new(Path.Combine(Scratch, $"{name}-{Environment.ProcessId}-{Path.GetRandomFileName()}"));

    /// <summary>Removes what killed builds left: half-written content and scratch. What a living build works on stays.</summary>
    public void Sweep()
    {
        Store.Sweep(Clock);
        ScratchSweep.Run(Scratch, Clock);
    }
}
