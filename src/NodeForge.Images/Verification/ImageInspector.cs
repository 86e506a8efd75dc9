using System.Text.Json;
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
        Task.Run(() => Inspect(transport, cancellationToken), cancellationToken);

    // A tag chooses; without one everything is told.
    private static IReadOnlyList<InspectedImage> Inspect(ImageTransport transport, CancellationToken cancellationToken)
    {
        ImageSource source = ImageSource.Open(transport, cancellationToken);
        string? name = (transport as ImageTransport.OciFolder)?.Tag ?? (transport as ImageTransport.OciFile)?.Tag ?? (transport as ImageTransport.DockerFile)?.Reference?.ToString();
        List<InspectedImage> inspected = [];
        foreach (SourceImage image in name is null ? source.Images : [source.Find(name)])
        {
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
        using JsonDocument record = JsonDocument.Parse(json);
        return (
            record.RootElement.GetProperty("kubernetesVersion").GetString(),
            [.. record.RootElement.GetProperty("closure").EnumerateArray().SelectMany(item => item.GetProperty("references").EnumerateArray()).Select(reference => reference.GetString()!)]);
    }
}
