namespace NodeForge;

/// <summary>What the process returns; scripts decide on these, people on the codes.</summary>
public enum ExitCode
{
    Ok = 0,

    /// <summary>A bug in NodeForge.</summary>
    Bug = 1,

    /// <summary>The command line, a recipe or a cluster file is wrong.</summary>
    Usage = 2,

    /// <summary>Bytes are not what they should be, or a lock is stale.</summary>
    Verification = 3,

    /// <summary>A server or a registry failed or refused.</summary>
    Network = 4,

    /// <summary>This machine lacks something: disk, rights, an engine, a program.</summary>
    Environment = 5,

    /// <summary>A step of a build failed.</summary>
    BuildStep = 6,

    /// <summary>A cluster did not come up.</summary>
    Cluster = 7,

    /// <summary>Somebody else is at it.</summary>
    Busy = 8,

    /// <summary>Of nodeforge exec, as docker exec and shells have it.</summary>
    ProgramNotRunnable = 126,

    /// <summary>Of nodeforge exec, as docker exec and shells have it.</summary>
    ProgramNotFound = 127,

    Interrupted = 130,
    Terminated = 143,
}
