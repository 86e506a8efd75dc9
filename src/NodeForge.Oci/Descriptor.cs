using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>Points at a blob (image-spec descriptor.md).</summary>
/// <param name="MediaType">What the blob is.</param>
/// <param name="Digest">Its name.</param>
/// <param name="Size">Its length in bytes.</param>
public sealed record Descriptor(
    [property: JsonPropertyName("mediaType"), JsonPropertyOrder(0)] string MediaType,
    [property: JsonPropertyName("digest"), JsonPropertyOrder(1)] Digest Digest,
    [property: JsonPropertyName("size"), JsonPropertyOrder(2)] long Size
)
{
    [JsonPropertyName("platform"), JsonPropertyOrder(3), JsonConverter(typeof(PlatformField))]
    public Platform? Platform { get; init; }

    [JsonPropertyName("annotations"), JsonPropertyOrder(4)]
    public SortedDictionary<string, string>? Annotations { get; init; }

    [JsonPropertyName("artifactType"), JsonPropertyOrder(5)]
    public string? ArtifactType { get; init; }
}
