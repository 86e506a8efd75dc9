namespace NodeForge.Engines.Containers;

/// <summary>A container in a list.</summary>
public sealed record ContainerSummary
{
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>With the engine's leading slash.</summary>
    public IReadOnlyList<string> Names
    {
        get;
        init => field = value ?? [];
    } = [];

    public string Image
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>created, running, exited and so on.</summary>
    public string State
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public Dictionary<string, string> Labels
    {
        get;
        init => field = value ?? [];
    } = [];

    public ContainerNetworking? NetworkSettings { get; init; }

    /// <summary>What is published, of containers that run.</summary>
    public IReadOnlyList<PublishedPort>? Ports { get; init; }

    /// <summary>Unix seconds.</summary>
    public long Created { get; init; }

    /// <summary>The first name without the engine's slash.</summary>
    public string Name => Names.Count == 0 ? Id : Names[0].TrimStart('/');
}

/// <summary>A port in a list of containers.</summary>
public sealed record PublishedPort
{
    public string IP
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public int PrivatePort { get; init; }

    /// <summary>0 where it is not published.</summary>
    public int PublicPort { get; init; }

    /// <summary>"tcp", "udp" or "sctp".</summary>
    public string Type
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}
