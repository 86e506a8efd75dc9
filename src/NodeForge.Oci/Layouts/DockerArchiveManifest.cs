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

/// <summary>The same as somebody else wrote it.</summary>
internal sealed record DockerArchiveEntry(string? Config, IReadOnlyList<string?>? RepoTags, IReadOnlyList<string?>? Layers);

[JsonSerializable(typeof(IReadOnlyList<DockerArchiveManifest>))]
[JsonSerializable(typeof(IReadOnlyList<DockerArchiveEntry?>))]
internal sealed partial class DockerArchiveJson : JsonSerializerContext
{
    private static readonly DockerArchiveJson Strict = new(new JsonSerializerOptions
    {
        AllowDuplicateProperties = false,
        MaxDepth = 8,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static byte[] Write(IReadOnlyList<DockerArchiveManifest> images) => JsonSerializer.SerializeToUtf8Bytes(images, Strict.IReadOnlyListDockerArchiveManifest);

    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<DockerArchiveManifest> Read(ReadOnlySpan<byte> json) =>
        Utf8.IsValid(json) && JsonSerializer.Deserialize(json, Strict.IReadOnlyListDockerArchiveEntry) is { } images
            ? [.. images.Select(Checked)]
            : throw new JsonException("null instead of a list of images, or no UTF-8");

    // Go writes null for a list without members, and so do kaniko and docker for an image without layers.
    private static DockerArchiveManifest Checked(DockerArchiveEntry? image) => image is not { Config: { } config }
        ? throw new JsonException(image is null ? "null instead of an image" : "an image without Config")
        : new(config, image.RepoTags is null ? null : [.. image.RepoTags.Select(NotNull)], [.. (image.Layers ?? []).Select(NotNull)]);

    private static string NotNull(string? text) => text ?? throw new JsonException("null instead of a name");
}
