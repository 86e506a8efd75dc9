using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Oci;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Verification;

/// <summary>Reads what is in a layout or an archive, and what a node image says of itself.</summary>
public static class ImageInspector
{
    private const string NodeRecord = "usr/lib/nodeforge/image.json";
    private const int LongestRecord = 4 << 20;

    /// <remarks>Documents, and the last layer of each image as a stream: nothing is unpacked, and nothing of the other layers is
    /// read.</remarks>
    /// <param name="source">Has the images.</param>
    /// <param name="name">One of them; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PlatformMissing"/>: an image is there for no platform; what is damaged is
    /// told as by an import.</exception>
    public static Task<IReadOnlyList<InspectedImage>> InspectAsync(
        IImageSource source,
        string? name,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            async () =>
            {
                List<InspectedImage> inspected = [];
                // A tag chooses; without one everything is told.
                IReadOnlyList<ImageEntry> entries = name is null
                    ? await source.ListAsync(cancellationToken).ConfigureAwait(false)
                    : [await source.FindAsync(name, cancellationToken).ConfigureAwait(false)];
                foreach (ImageEntry entry in entries)
                {
                    Image[] images =
                    [
                        .. (await source.OpenAllAsync(entry, cancellationToken).ConfigureAwait(false)).DistinctBy(image => image.Id),
                    ];
                    if (images.Length == 0)
                        throw PlatformChoice.Missing(new($"{source.Place}, {entry.DisplayName}"), Platform.LinuxAmd64, []);
                    foreach (Image image in images)
                        inspected.Add(await DescribeAsync(image, cancellationToken).ConfigureAwait(false));
                }

                return (IReadOnlyList<InspectedImage>)inspected;
            },
            cancellationToken
        );

    private static async Task<InspectedImage> DescribeAsync(Image image, CancellationToken cancellationToken)
    {
        byte[]? record =
            image.Layers.Count == 0
                ? null
                : await image.Layers[^1].ReadFileAsync(NodeRecord, LongestRecord, cancellationToken).ConfigureAwait(false);
        (string? version, IReadOnlyList<string> preloaded) = record is null ? (null, []) : ReadNode(record, image.Layers[^1].Where);
        return new(
            [.. image.References.Select(reference => reference.ToString())],
            image.Platform,
            image.Id,
            image.Config.Created,
            version,
            [.. image.Layers.Select(layer => new InspectedLayer(layer.Title, layer.DiffId, layer.Descriptor.Size))],
            preloaded
        );
    }

    private static (string? Version, IReadOnlyList<string> Preloaded) ReadNode(byte[] json, Location where)
    {
        try
        {
            NodeSummary record = JsonSerializer.Deserialize(json, NodeSummaryJson.Default.NodeSummary) ?? throw new JsonException("null");
            return (record.KubernetesVersion, [.. (record.Closure ?? []).SelectMany(item => item?.References ?? []).OfType<string>()]);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: a string that is no text
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageDocument, "what the node image says of itself cannot be read")
                {
                    Where = where with { Detail = $"'{NodeRecord}'" },
                    Got = wrong.Message,
                    Hint = "build the image again with nodeforge build node-image",
                },
                wrong
            );
        }
    }
}

/// <summary>What is shown of a node image's record; it may come from anywhere.</summary>
internal sealed record NodeSummary(string? KubernetesVersion, IReadOnlyList<NodeSummaryImage?>? Closure);

internal sealed record NodeSummaryImage(IReadOnlyList<string?>? References);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 32)]
[JsonSerializable(typeof(NodeSummary))]
internal sealed partial class NodeSummaryJson : JsonSerializerContext;
