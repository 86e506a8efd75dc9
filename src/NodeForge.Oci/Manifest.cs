using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>One image for one platform (image-spec manifest.md).</summary>
public sealed record Manifest
{
    [JsonPropertyName("schemaVersion"), JsonPropertyOrder(0)]
    public int SchemaVersion { get; init; } = 2;

    [JsonPropertyName("mediaType"), JsonPropertyOrder(1)]
    public string? MediaType { get; init; } = MediaTypes.Manifest;

    /// <summary>What an artifact that is no image is; null for an image.</summary>
    [JsonPropertyName("artifactType"), JsonPropertyOrder(2)]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("config"), JsonPropertyOrder(3)]
    public required Descriptor Config { get; init; }

    [JsonPropertyName("layers"), JsonPropertyOrder(4)]
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    /// <summary>The manifest or index that this one is about, which makes it a referrer; null for one that stands for itself.</summary>
    [JsonPropertyName("subject"), JsonPropertyOrder(5)]
    public Descriptor? Subject { get; init; }

    [JsonPropertyName("annotations"), JsonPropertyOrder(6)]
    public SortedDictionary<string, string>? Annotations { get; init; }
}
