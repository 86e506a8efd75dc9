using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>One image for one platform (image-spec manifest.md).</summary>
public sealed record Manifest
{
    [JsonPropertyName("schemaVersion"), JsonPropertyOrder(0)]
    public int SchemaVersion { get; init; } = 2;

    [JsonPropertyName("mediaType"), JsonPropertyOrder(1)]
    public string? MediaType { get; init; } = MediaTypes.Manifest;

    [JsonPropertyName("config"), JsonPropertyOrder(2)]
    public required Descriptor Config { get; init; }

    [JsonPropertyName("layers"), JsonPropertyOrder(3)]
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    [JsonPropertyName("annotations"), JsonPropertyOrder(4)]
    public SortedDictionary<string, string>? Annotations { get; init; }
}
