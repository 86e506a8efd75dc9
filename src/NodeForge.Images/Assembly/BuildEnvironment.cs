using NodeForge.Images.Processes;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Assembly;

/// <summary>What every assembly step is given: where content is kept, what was made before, where scratch may lie, and who hears of it.</summary>
/// <param name="Store">Content by digest.</param>
/// <param name="Actions">What was made before.</param>
/// <param name="Scratch">A folder for work under way, on the store's file system.</param>
/// <param name="Reporter">Hears of steps.</param>
public sealed record BuildEnvironment(BlobStore Store, ActionCache Actions, string Scratch, IForgeReporter Reporter)
{
    /// <summary>Whether this process may enter a root file system of its own.</summary>
    public bool IsRoot { get; init; } = Environment.UserName == "root";

    /// <summary>Tells how long ago a local file was written.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>All of it below a cache's folder.</summary>
    public static BuildEnvironment Of(string cache, BlobStore store, IForgeReporter reporter) =>
        new(store, new ActionCache(Path.Combine(cache, "actions"), store, reporter), Path.Combine(cache, "scratch"), reporter);

    /// <summary>Makes a folder of its own for one step; it goes with the step.</summary>
    public ScratchFolder NewScratch(string name) => new(Path.Combine(Scratch, $"{name}-{Environment.ProcessId}-{Path.GetRandomFileName()}"));

    /// <summary>Removes what killed builds left: half-written content and scratch. What a living build works on stays.</summary>
    public void Sweep(TimeProvider clock)
    {
        Store.Sweep(clock);
        ScratchSweep.Run(Scratch, clock);
    }
}
