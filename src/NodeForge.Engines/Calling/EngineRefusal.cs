namespace NodeForge.Engines.Calling;

/// <summary>Why an engine refused a call, as data: nobody but <see cref="RefusalWords"/> reads the engine's words.</summary>
/// <param name="Kind">The cause.</param>
/// <param name="Code">The catalogue's entry of that cause.</param>
/// <param name="What">What is wrong.</param>
public sealed record EngineRefusal(EngineRefusalKind Kind, ErrorCode Code, string What) : Diagnostic(Code, What)
{
    /// <summary>The port that is taken, 1 to 65535; null where none is, or the engine does not name it.</summary>
    public int? Port { get; init; }

    /// <summary>The refusal that a failure tells of; null where it is of something else.</summary>
    public static EngineRefusal? Of(NodeForgeException failure) => failure.Diagnostics.OfType<EngineRefusal>().FirstOrDefault();
}

/// <summary>What an engine refuses a call for.</summary>
public enum EngineRefusalKind
{
    /// <summary>A reason that nothing here depends on.</summary>
    Other,

    /// <summary>There is no such object.</summary>
    Missing,

    /// <summary>A container or network has the name already.</summary>
    NameTaken,

    /// <summary>Something listens on the port.</summary>
    PortTaken,

    /// <summary>A network has the address range already.</summary>
    SubnetTaken,

    /// <summary>Two networks have the name; it passes when one of them goes.</summary>
    Ambiguous,

    /// <summary>The container is being started once more; it passes.</summary>
    Restarting,

    /// <summary>Somebody else removes the object at this moment.</summary>
    BeingRemoved,

    /// <summary>The program asked for cannot be run; Podman refuses the call for it, Docker tells on the program's output.</summary>
    NoProgram,

    /// <summary>The engine's disk or quota is full.</summary>
    OutOfSpace,
}
