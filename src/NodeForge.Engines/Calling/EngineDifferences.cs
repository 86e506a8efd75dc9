namespace NodeForge.Engines.Calling;

/// <summary>What engines do differently behind the one interface.</summary>
public sealed record EngineDifferences
{
    public static EngineDifferences Docker { get; } = new();

    /// <summary>Podman, seen at 4.3.1.</summary>
    public static EngineDifferences Podman { get; } =
        new()
        {
            ChangesRestartPolicies = false,
            TakesArchivesWithGaps = false,
            // It gives every container room for 2048 processes unless told otherwise; a node holds a machine's worth.
            ProcessLimit = -1,
        };

    private EngineDifferences() { }

    /// <summary>Whether what happens at a container's end can be changed after its creation.</summary>
    public bool ChangesRestartPolicies { get; private init; } = true;

    /// <summary>Whether an archive may lack the layers that the engine has already.</summary>
    public bool TakesArchivesWithGaps { get; private init; } = true;

    /// <summary>What asks for any number of processes in a container; null where that goes without saying.</summary>
    public long? ProcessLimit { get; private init; }

    /// <summary>By what the engine says of itself with each answer to a ping: Podman names its own interface beside Docker's.</summary>
    internal static EngineDifferences Of(HttpResponseMessage pinged) => pinged.Headers.Contains("Libpod-API-Version") ? Podman : Docker;
}
