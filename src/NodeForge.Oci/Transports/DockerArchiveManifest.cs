using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace NodeForge.Oci.Transports;

/// <summary>An entry of a docker-archive's <c>manifest.json</c> (moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset
/// Format").</summary>
/// <param name="Config">The path of the image config.</param>
/// <param name="RepoTags">Full names; null for an image without a name.</param>
/// <param name="Layers">The paths of the layers, bottom first; null for an image without a layer, as Go writes an empty list.</param>
public sealed record DockerArchiveManifest(string Config, IReadOnlyList<string>? RepoTags, IReadOnlyList<string>? Layers)
{
    /// <summary>Where an archive has it.</summary>
    public const string File = "manifest.json";

    /// <summary>Reads the list of an archive's images.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/>: it is something else.</exception>
    public static IReadOnlyList<DockerArchiveManifest> ReadAll(ReadOnlySpan<byte> json, Location where) =>
        DockerArchiveJson.Read(json, where);
}

[JsonSerializable(typeof(IReadOnlyList<DockerArchiveManifest>))]
internal sealed partial class DockerArchiveJson : JsonSerializerContext
{
    private static readonly DockerArchiveJson Strict = new(
        new JsonSerializerOptions
        {
            AllowDuplicateProperties = false,
            MaxDepth = 8,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }
    );

    public static byte[] Write(IReadOnlyList<DockerArchiveManifest> images) =>
        JsonSerializer.SerializeToUtf8Bytes(images, Strict.IReadOnlyListDockerArchiveManifest);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/>: it is something else.</exception>
    public static IReadOnlyList<DockerArchiveManifest> Read(ReadOnlySpan<byte> json, Location where)
    {
        try
        {
            if (!Utf8.IsValid(json))
                throw Refuse("no UTF-8", where);
            if (JsonSerializer.Deserialize(json, Strict.IReadOnlyListDockerArchiveManifest) is { } images)
                return images.All(image => image is not null && Complete(image.RepoTags) && Complete(image.Layers))
                    ? [.. images.Select(image => WithConfig(image, where))]
                    : throw Refuse("a list with a null in it", where);
            throw Refuse("null", where);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            throw Refuse(
                wrong is JsonException { Path: { Length: > 1 } path } ? $"something else at {path}" : "no such JSON",
                where,
                wrong
            );
        }
    }

    private static DockerArchiveManifest WithConfig(DockerArchiveManifest image, Location where) =>
        image.Config is null ? throw Refuse("an image without Config", where) : image;

    private static bool Complete(IReadOnlyList<string>? texts) => texts?.All(text => text is not null) ?? true;

    private static NodeForgeException Refuse(string got, Location where, Exception? inner = null) =>
        new(
            new Diagnostic(ErrorCodes.InvalidImageDocument, "the archive's list of images is not what docker writes")
            {
                Where = where,
                Got = got,
                Want = "a list of objects with Config, RepoTags and Layers",
                Hint = "have the archive written again; a build that failed leaves such files",
            },
            inner
        );
}
