using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Oci;

namespace NodeForge.Verification.Reproduction;

/// <summary>Compares two images down to the byte, and says no more than it takes to find the cause.</summary>
public static class ImageComparison
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Images of two sources, platform by platform.</summary>
    /// <param name="first">Has what should be.</param>
    /// <param name="firstName">Which of its images; null where it has one.</param>
    /// <param name="second">Has what is.</param>
    /// <param name="secondName">Which of its images; null where it has one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNotFound"/>, <see cref="ErrorCodes.PlatformMissing"/>: only one of
    /// them has a platform.</exception>
    public static async Task<IReadOnlyList<ImageDifference>> CompareAsync(
        IImageSource first,
        string? firstName,
        IImageSource second,
        string? secondName,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Image> ours = await first
            .OpenAllAsync(await first.FindAsync(firstName, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        IReadOnlyList<Image> theirs = await second
            .OpenAllAsync(await second.FindAsync(secondName, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        List<ImageDifference> differences = [];
        foreach (Image image in ours)
            differences.Add(
                await CompareAsync(
                        image,
                        theirs.FirstOrDefault(other => other.Platform == image.Platform) ?? throw Lacks(second, image, theirs),
                        cancellationToken
                    )
                    .ConfigureAwait(false)
            );
        return theirs.FirstOrDefault(image => ours.All(other => other.Platform != image.Platform)) is { } more
            ? throw Lacks(first, more, ours)
            : differences;
    }

    private static NodeForgeException Lacks(IImageSource source, Image image, IReadOnlyList<Image> there) =>
        new(
            new Diagnostic(ErrorCodes.PlatformMissing, "only one of the two images is for this platform")
            {
                Where = new(source.Place),
                Got = string.Join(", ", there.Select(static other => other.Platform)),
                Want = image.Platform.ToString(),
                Hint = ErrorCodes.PlatformMissing.Remedy,
            }
        );

    /// <param name="first">What should be.</param>
    /// <param name="second">What is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">A layer cannot be read.</exception>
    public static async Task<ImageDifference> CompareAsync(Image first, Image second, CancellationToken cancellationToken)
    {
        if (first.Descriptor.Digest == second.Descriptor.Digest)
            return new(first.Name, second.Name, Sameness.SameBits, [], []) { Manifest = second.Descriptor.Digest };
        List<FieldDifference> documents = [];
        Compare("manifest", Read(first.RawManifest), Read(second.RawManifest), documents);
        Compare("config", Read(first.RawConfig), Read(second.RawConfig), documents);
        List<LayerDifference> layers = [];
        for (int i = 0; i < Math.Max(first.Layers.Count, second.Layers.Count); i++)
        {
            Layer? ours = i < first.Layers.Count ? first.Layers[i] : null;
            Layer? theirs = i < second.Layers.Count ? second.Layers[i] : null;
            if (ours?.Descriptor.Digest == theirs?.Descriptor.Digest && ours is not null)
                continue;
            layers.Add(await new LayerComparison(i + 1, ours, theirs).RunAsync(cancellationToken).ConfigureAwait(false));
        }

        return new(first.Name, second.Name, first.Id == second.Id ? Sameness.SameImage : Sameness.Different, documents, layers)
        {
            Manifest = second.Descriptor.Digest,
        };
    }

    private static JsonNode? Read(RawDocument document) => JsonNode.Parse(document.Bytes.Span);

    // Layers are told one by one; here they would be told a second time.
    private static void Compare(string path, JsonNode? first, JsonNode? second, List<FieldDifference> found)
    {
        if (path is "manifest.layers" or "manifest.config" or "config.rootfs" || JsonNode.DeepEquals(first, second))
            return;
        if (first is JsonObject left && second is JsonObject right)
        {
            foreach (
                string key in left.Select(static pair => pair.Key)
                    .Union(right.Select(static pair => pair.Key))
                    .Order(StringComparer.Ordinal)
            )
                Compare($"{path}.{key}", left[key], right[key], found);
        }
        else if (first is JsonArray some && second is JsonArray others && some.Count == others.Count)
        {
            for (int i = 0; i < some.Count; i++)
                Compare($"{path}[{i}]", some[i], others[i], found);
        }
        else
            found.Add(new(path, first?.ToJsonString(Plain), second?.ToJsonString(Plain)));
    }
}
