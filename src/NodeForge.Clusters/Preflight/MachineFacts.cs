using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Images;
using NodeForge.Engines.Networks;

namespace NodeForge.Clusters.Preflight;

/// <summary>Everything that the checks judge, read once.</summary>
internal sealed record MachineFacts
{
    public const string NoEngine = "no engine answers";

    /// <summary>The cluster that is wanted.</summary>
    public required ClusterConfig Config { get; init; }

    /// <summary>What the engine says; null where none answers.</summary>
    public EngineFacts? Engine { get; init; }

    /// <summary>Why no engine answers.</summary>
    public IReadOnlyList<Diagnostic> Unreachable { get; init; } = [];

    /// <summary>This machine's own files, where it is the one that nodes would run on.</summary>
    public HostFacts? Host { get; init; }

    /// <summary>Why this machine's files say nothing of the nodes'.</summary>
    public string Elsewhere { get; init; } = string.Empty;

    /// <summary>This machine's time when the engine was asked for its own, and when it had answered.</summary>
    public required (DateTimeOffset Asked, DateTimeOffset Answered) Time { get; init; }

    public ProxySettings Proxies { get; init; } = new();

    /// <summary>What nodes take from the engine's machine.</summary>
    public NodeHost NodeHost => new(Host?.HasModules ?? false, Host?.HasKernels ?? false, Proxies);
}

/// <summary>What the engine says of itself and has.</summary>
/// <param name="Endpoint">Its address and what chose it.</param>
/// <param name="ApiVersion">Agreed with it.</param>
/// <param name="Information">Of itself and its host.</param>
internal sealed record EngineFacts(string Endpoint, Version ApiVersion, EngineInformation Information)
{
    public IReadOnlyList<NetworkDetails> Networks { get; init; } = [];

    public IReadOnlyList<ContainerSummary> Containers { get; init; } = [];

    /// <summary>The image of nodes that name none; null where none is known yet.</summary>
    public WantedImage? NodeImage { get; init; }

    /// <summary>The images that nodes would be made from.</summary>
    public IReadOnlyList<WantedImage> Images { get; init; } = [];

    /// <summary>Of <see cref="NodeImage"/>, by its ID: a name may come to mean another image meanwhile.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineObjectMissing"/>: the engine does not have it.</exception>
    public string NodeImageId =>
        NodeImage?.Details?.Id ?? throw new NodeForgeException(WantedImage.Missing(NodeImage?.Reference ?? string.Empty, Endpoint));
}

/// <param name="Reference">As it was asked for.</param>
/// <param name="Details">Null where the engine does not have it.</param>
internal sealed record WantedImage(string Reference, ImageDetails? Details)
{
    public static Diagnostic Missing(string reference, string endpoint) =>
        new(ErrorCodes.EngineObjectMissing, "the engine does not have the node image")
        {
            Where = new(reference, Detail: endpoint),
            Hint = $"load it: nodeforge build node-image RECIPE --output docker-daemon:{reference}",
        };
}
