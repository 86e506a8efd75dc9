using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;

namespace NodeForge.Signing.Predicates;

/// <summary>What an image was made from (SLSA provenance v1). No clock, no machine, no name of a build: who builds it again from the same
/// recipe and lock says the same, to the byte.</summary>
/// <param name="Recipe">The recipe's file name.</param>
/// <param name="RecipeDigest">Over the recipe, the recipes it includes and every local file they name.</param>
/// <param name="LockDigest">Of the lock file.</param>
/// <param name="PlanDigest">Over everything that decides the bits.</param>
/// <param name="Kind">What the recipe makes.</param>
/// <param name="Platform">What for.</param>
/// <param name="Epoch">Seconds since 1970: the newest time in the image.</param>
/// <param name="Parameters">Values that the recipe was given.</param>
/// <param name="Dependencies">What was fetched, by digest.</param>
/// <param name="ImageId">What came out.</param>
/// <param name="DiffIds">Its layers, bottom first.</param>
public sealed record Provenance(
    string Recipe,
    Digest RecipeDigest,
    Digest LockDigest,
    Digest PlanDigest,
    string Kind,
    Platform Platform,
    long Epoch,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyList<ResolvedDependency> Dependencies,
    Digest ImageId,
    IReadOnlyList<Digest> DiffIds
)
{
    private const string BuildType = "https://nodeforge.dev/build/v1";
    private const string Builder = "https://nodeforge.dev/nodeforge";

    /// <summary>The predicate of a statement of type <see cref="PredicateTypes.Provenance"/>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["buildDefinition"] = new JsonObject
            {
                ["buildType"] = BuildType,
                ["externalParameters"] = new JsonObject
                {
                    ["recipe"] = Resource(Recipe, null, RecipeDigest),
                    ["kind"] = Kind,
                    ["platform"] = Platform.ToString(),
                    ["parameters"] = new JsonObject(
                        Parameters
                            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                            .Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))
                    ),
                },
                ["internalParameters"] = new JsonObject
                {
                    ["lock"] = Resource("lock file", null, LockDigest),
                    ["plan"] = PlanDigest.ToString(),
                    ["epoch"] = Epoch,
                },
                ["resolvedDependencies"] = new JsonArray([
                    .. Dependencies
                        .Distinct()
                        .OrderBy(one => one.Uri, StringComparer.Ordinal)
                        .ThenBy(one => one.Digest)
                        .Select(one => Resource(one.Name, one.Uri, one.Digest)),
                ]),
            },
            ["runDetails"] = new JsonObject
            {
                ["builder"] = new JsonObject { ["id"] = Builder },
                ["byproducts"] = new JsonArray([
                    Resource("image config", null, ImageId),
                    .. DiffIds.Select(diffId => Resource("layer, uncompressed", null, diffId)),
                ]),
            },
        };

    private static JsonNode Resource(string name, string? uri, Digest digest)
    {
        JsonObject resource = new() { ["name"] = name };
        if (uri is not null)
            resource["uri"] = uri;
        resource["digest"] = new JsonObject { ["sha256"] = digest.Hex };
        return resource;
    }
}

/// <summary>Something that a build fetched.</summary>
/// <param name="Name">What the recipe calls it.</param>
/// <param name="Uri">A package URL, an address, an image's place.</param>
/// <param name="Digest">Of its bytes; of an image's manifest.</param>
public sealed record ResolvedDependency(string Name, string Uri, Digest Digest);
