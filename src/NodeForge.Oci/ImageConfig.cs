using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>What an image is and how it runs (image-spec config.md). Its digest is the image ID.</summary>
public sealed record ImageConfig
{
    /// <summary>RFC 3339, in UTC; from SOURCE_DATE_EPOCH or the lock, never from the clock.</summary>
    [JsonPropertyName("created"), JsonPropertyOrder(0)]
    public string? Created { get; init; }

    [JsonPropertyName("architecture"), JsonPropertyOrder(1)]
    public required string Architecture { get; init; }

    [JsonPropertyName("os"), JsonPropertyOrder(2)]
    public required string Os { get; init; }

    [JsonPropertyName("variant"), JsonPropertyOrder(3)]
    public string? Variant { get; init; }

    [JsonPropertyName("config"), JsonPropertyOrder(4)]
    public ContainerDefaults? Config { get; init; }

    [JsonPropertyName("rootfs"), JsonPropertyOrder(5)]
    public required RootFs RootFs { get; init; }

    [JsonPropertyName("history"), JsonPropertyOrder(6)]
    public IReadOnlyList<HistoryEntry>? History { get; init; }

    [JsonIgnore]
    public Platform Platform => new(Architecture, Os) { Variant = Variant };
}

/// <summary>How a container of the image starts when nothing else is said.</summary>
public sealed record ContainerDefaults
{
    public string? User { get; init; }

    public SortedDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    public SortedDictionary<string, EmptyObject>? Volumes { get; init; }

    public string? WorkingDir { get; init; }

    public SortedDictionary<string, string>? Labels { get; init; }

    public string? StopSignal { get; init; }
}

/// <summary>The <c>{}</c> that the specification uses as the value of a set's member.</summary>
public sealed record EmptyObject;

/// <summary>The layers' identities, bottom first.</summary>
public sealed record RootFs(
    [property: JsonPropertyName("type"), JsonPropertyOrder(0)] string Type,
    [property: JsonPropertyName("diff_ids"), JsonPropertyOrder(1)] IReadOnlyList<Digest> DiffIds
);

/// <summary>Where a layer came from, for people.</summary>
public sealed record HistoryEntry
{
    [JsonPropertyName("created"), JsonPropertyOrder(0)]
    public string? Created { get; init; }

    [JsonPropertyName("created_by"), JsonPropertyOrder(1)]
    public string? CreatedBy { get; init; }

    [JsonPropertyName("comment"), JsonPropertyOrder(2)]
    public string? Comment { get; init; }

    [JsonPropertyName("empty_layer"), JsonPropertyOrder(3)]
    public bool? EmptyLayer { get; init; }
}
