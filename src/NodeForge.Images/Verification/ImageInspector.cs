using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Oci;
using NodeForge.Oci.Layouts;

namespace NodeForge.Images.Verification;

/// <summary>Reads what is in a layout or an archive, and what a node image says of itself.</summary>
public static class ImageInspector
{
    private const string NodeRecord = "usr/lib/nodeforge/image.json";
    private const int LongestRecord = 4 << 20;

    // What Kubernetes is released for. A source does not list its platforms, and is asked for each: only documents are read for one that it lacks.
    private static readonly Platform[] Platforms =
        [Platform.LinuxAmd64, Platform.LinuxArm64, Platform.Parse("linux/arm/v7"), Platform.Parse("linux/ppc64le"), Platform.Parse("linux/s390x"), Platform.Parse("linux/riscv64"), Platform.Parse("linux/386")];

    /// <remarks>Documents, and the last layer of each image as a stream: nothing is unpacked, and nothing of the other layers is read.</remarks>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PlatformMissing"/>: an image is for none of the platforms that nodes have; what is damaged is told as by an import.</exception>
    public static Task<IReadOnlyList<InspectedImage>> InspectAsync(ImageTransport transport, CancellationToken cancellationToken) =>
        Task.Run(
            () => Inspect(
                ImageSource.Open(transport, cancellationToken),
                (transport as ImageTransport.OciFolder)?.Tag ?? (transport as ImageTransport.OciFile)?.Tag ?? (transport as ImageTransport.DockerFile)?.Reference?.ToString(),
                cancellationToken),
            cancellationToken);

    /// <summary>The same for every image of a source that is opened first.</summary>
    public static Task<IReadOnlyList<InspectedImage>> InspectAsync(Func<ImageSource> open, CancellationToken cancellationToken) =>
        Task.Run(() => Inspect(open(), name: null, cancellationToken), cancellationToken);

    // A tag chooses; without one everything is told.
    private static IReadOnlyList<InspectedImage> Inspect(ImageSource source, string? name, CancellationToken cancellationToken)
    {
        List<InspectedImage> inspected = [];
        foreach (SourceImage image in name is null ? source.Images : [source.Find(name)])
        {
            cancellationToken.ThrowIfCancellationRequested();
            ViewedImage[] views = [.. Platforms.Select(platform => source.View(image, platform)).OfType<ViewedImage>().DistinctBy(view => view.ImageId)];
            if (views.Length == 0)
                throw PlatformChoice.Missing(new($"{source.Path}, {image.DisplayName}"), Platform.LinuxAmd64, []);
            inspected.AddRange(views.Select(view => Describe(view, cancellationToken)));
        }

        return inspected;
    }

    private static InspectedImage Describe(ViewedImage image, CancellationToken cancellationToken)
    {
        (string? version, IReadOnlyList<string> preloaded) = ReadNode(image, cancellationToken);
        IReadOnlyList<HistoryEntry> history = [.. (image.Config.History ?? []).Where(entry => entry.EmptyLayer != true)];
        return new(
            [.. image.Source.References.Select(reference => reference.ToString())], image.Config.Platform, image.ImageId, image.Config.Created, version,
            [.. image.Layers.Select((layer, index) => new InspectedLayer(index < history.Count ? history[index].CreatedBy ?? "" : "", layer.DiffId, layer.Size))],
            preloaded);
    }

    private static (string? Version, IReadOnlyList<string> Preloaded) ReadNode(ViewedImage image, CancellationToken cancellationToken)
    {
        if (image.Layers.Count == 0 || image.Layers[^1].ReadFile(NodeRecord, LongestRecord, cancellationToken) is not { } json)
            return (null, []);
        try
        {
            NodeSummary record = JsonSerializer.Deserialize(json, NodeSummaryJson.Default.NodeSummary) ?? throw new JsonException("null");
            return (record.KubernetesVersion, [.. (record.Closure ?? []).SelectMany(item => item?.References ?? []).OfType<string>()]);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: a string that is no text
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, "what the node image says of itself cannot be read")
            {
                Where = image.Layers[^1].Where with { Detail = $"'{NodeRecord}'" },
                Got = wrong.Message,
                Mend = "build the image again with nodeforge build node-image",
            }, wrong);
        }
    }
}

/// <summary>What is shown of a node image's record; it may come from anywhere.</summary>
internal sealed record NodeSummary(string? KubernetesVersion, IReadOnlyList<NodeSummaryImage?>? Closure);

internal sealed record NodeSummaryImage(IReadOnlyList<string?>? References);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 32)]
[JsonSerializable(typeof(NodeSummary))]
internal sealed partial class NodeSummaryJson : JsonSerializerContext;
