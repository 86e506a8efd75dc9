using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace NodeForge.Oci.Layouts;

/// <summary>An entry of a docker-archive's <c>manifest.json</c> (moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format").</summary>
/// <param name="Config">The path of the image config.</param>
/// <param name="RepoTags">Full names; null for an image without a name.</param>
/// <param name="Layers">The paths of the layers, bottom first.</param>
internal sealed record DockerArchiveManifest(string Config, IReadOnlyList<string>? RepoTags, IReadOnlyList<string> Layers);

[JsonSerializable(typeof(IReadOnlyList<DockerArchiveManifest>))]
internal sealed partial class DockerArchiveJson : JsonSerializerContext
{
    private static readonly DockerArchiveJson Strict = new(new JsonSerializerOptions
    {
        AllowDuplicateProperties = false,
        MaxDepth = 8,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static byte[] Write(IReadOnlyList<DockerArchiveManifest> images) => JsonSerializer.SerializeToUtf8Bytes(images, Strict.IReadOnlyListDockerArchiveManifest);

    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<DockerArchiveManifest> Read(ReadOnlySpan<byte> json) =>
        Utf8.IsValid(json) && JsonSerializer.Deserialize(json, Strict.IReadOnlyListDockerArchiveManifest) is { } images && images.All(image => image is not null)
            ? images
            : throw new JsonException("null instead of an image, or no UTF-8");
}
