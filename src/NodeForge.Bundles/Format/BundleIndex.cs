using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>What is in a bundle, and why: the first thing in it after the header.</summary>
public sealed record BundleIndex
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>By name.</summary>
    public required IReadOnlyList<BundledImage> Images { get; init; }

    /// <summary>Everything that is no image, by kind and name.</summary>
    public required IReadOnlyList<BundledItem> Items { get; init; }

    /// <summary>What is attached to the images, by what it is about; null for nothing.</summary>
    public IReadOnlyList<BundledReferrer>? Referrers { get; init; }

    /// <summary>What the node images say that they are made of.</summary>
    public required IReadOnlyList<BundledComponent> Components { get; init; }

    /// <summary>Every blob once, in the order in which they follow.</summary>
    public required IReadOnlyList<BundledBlob> Blobs { get; init; }

    /// <summary>Null for a bundle that has all of its content.</summary>
    public BundleDelta? Delta { get; init; }

    /// <summary>The index of the bundle that a delta makes; of every other bundle its own.</summary>
    [JsonIgnore]
    public BundleIndex Whole =>
        Delta is null
            ? this
            : this with
            {
                Delta = null,
                Blobs = [.. Delta.Blobs.Select(blob => new BundledBlob(blob.Digest, blob.Size, blob.MediaType))],
            };

    /// <summary>What is attached to some manifests or indexes.</summary>
    internal IEnumerable<BundledReferrer> About(IReadOnlyCollection<Digest> subjects) =>
        (Referrers ?? []).Where(referrer => subjects.Contains(referrer.Subject));
}

/// <summary>An image under its names, for one platform or several.</summary>
/// <param name="Names">Full names; may be none.</param>
/// <param name="Roots">What the name stands for: an index, a manifest, or several manifests with their platforms.</param>
/// <param name="Platforms">Those that are there.</param>
/// <param name="Reason">Why it is in the bundle.</param>
/// <param name="Tag">Its name within a layout; null for none.</param>
public sealed record BundledImage(
    IReadOnlyList<string> Names,
    IReadOnlyList<Descriptor> Roots,
    IReadOnlyList<BundledPlatform> Platforms,
    string Reason,
    string? Tag = null
)
{
    /// <summary>For messages: the first of its names.</summary>
    [JsonIgnore]
    public string DisplayName => Names is [string first, ..] ? first : Tag ?? "(no name)";
}

/// <param name="Platform">os/architecture[/variant].</param>
/// <param name="Blobs">Its documents and layers.</param>
/// <param name="Kubernetes">Of a node image its version; null for every other image.</param>
public sealed record BundledPlatform(
    string Platform,
    Digest Manifest,
    Digest ImageId,
    IReadOnlyList<Digest> Blobs,
    string? Kubernetes = null
);

/// <summary>A manifest that is attached to another one: a signature, an attestation, anything.</summary>
/// <param name="Subject">The manifest or index that it is about.</param>
/// <param name="Manifest">Its own, as lists of referrers have it: with its artifact type and annotations.</param>
/// <param name="Blobs">The manifest and what it names.</param>
/// <param name="Tag">The tag by which it is attached; null for one that names its subject itself.</param>
public sealed record BundledReferrer(Digest Subject, Descriptor Manifest, IReadOnlyList<Digest> Blobs, string? Tag = null);

/// <param name="Kind">cluster-file or file.</param>
/// <param name="Name">A plain file name.</param>
/// <param name="Reason">Why it is in the bundle.</param>
public sealed record BundledItem(string Kind, string Name, Digest Digest, long Size, bool Executable, string Reason)
{
    public const string ClusterFile = "cluster-file";
    public const string File = "file";
}

/// <param name="Image">The node image that has it.</param>
public sealed record BundledComponent(string Name, string Origin, string Image, string? Version = null);

/// <param name="Size">Bytes, as it unpacks.</param>
public sealed record BundledBlob(Digest Digest, long Size, string MediaType);

/// <summary>The index as JSON: no white space, in the order of these records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(BundleIndex))]
internal sealed partial class BundleJson : JsonSerializerContext
{
    private const int MaxDepth = 16;

    private static readonly BundleJson Canonical = new(
        new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            AllowDuplicateProperties = false,
            MaxDepth = MaxDepth,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        }
    );

    public static byte[] Write(BundleIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, Canonical.BundleIndex);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleInvalid"/>.</exception>
    public static BundleIndex Read(ReadOnlySpan<byte> json, string where)
    {
        try
        {
            BundleIndex index = JsonSerializer.Deserialize(json, Canonical.BundleIndex) ?? throw new JsonException("it is null");
            return IndexCheck.Problem(index) is { } problem ? throw new JsonException(problem) : index;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or ArgumentNullException)
        {
            throw BundleFaults.Invalid(where, "the bundle's index is not as it should be", Printable.Escape(wrong.Message), null);
        }
    }
}
