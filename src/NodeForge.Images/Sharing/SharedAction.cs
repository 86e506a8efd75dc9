using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Oci;

namespace NodeForge.Images.Sharing;

/// <summary>What an entry of a shared cache says of itself: the config of its manifest.</summary>
/// <param name="Key">The action's; the tag has it too.</param>
/// <param name="Outputs">What it made.</param>
internal sealed record SharedAction(Digest Key, IReadOnlyList<ActionOutput> Outputs)
{
    public const string MediaType = "application/vnd.nodeforge.action.v1+json";
    public const string KeyAnnotation = "dev.nodeforge.action.key";

    [JsonPropertyOrder(-1)]
    public int SchemaVersion { get; init; } = 1;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(SharedAction))]
internal sealed partial class SharedActionJson : JsonSerializerContext;
