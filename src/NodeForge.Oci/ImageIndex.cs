using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>Several manifests under one name, a platform each (image-spec image-index.md).</summary>
public sealed record ImageIndex
{
    [JsonPropertyName("schemaVersion"), JsonPropertyOrder(0)]
    public int SchemaVersion { get; init; } = 2;

    [JsonPropertyName("mediaType"), JsonPropertyOrder(1)]
    public string? MediaType { get; init; } = MediaTypes.Index;

    [JsonPropertyName("manifests"), JsonPropertyOrder(2)]
    [AllowNull]
    public required IReadOnlyList<Descriptor> Manifests
    {
        get;
        init => field = value ?? [];
    } // Go writes an empty list as null

    [JsonPropertyName("annotations"), JsonPropertyOrder(3)]
    public SortedDictionary<string, string>? Annotations { get; init; }
}
