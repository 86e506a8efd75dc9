using NodeForge.Cli.Rendering;
using NodeForge.Images.Fetching;
using NodeForge.Images.Verification;
using NodeForge.Kubernetes;
using NodeForge.Signing.Judging;

namespace NodeForge.Cli.Documents;

/// <summary>What is in an image, as <c>nodeforge inspect</c> prints it.</summary>
internal sealed record InspectDocument(IReadOnlyList<InspectedItem> Images, IReadOnlyList<AttachedItem> Attached) : Document
{
    public static InspectDocument Of(IReadOnlyList<InspectedImage> images, IReadOnlyList<AttachedSummary> attached) =>
        new([.. images.Select(InspectedItem.Of)], [.. attached.Select(AttachedItem.Of)]);

    public override Page ToText()
    {
        Page text = new();
        foreach (InspectedItem image in Images)
        {
            text.Line($"{string.Join(", ", image.References)} {image.Platform}");
            text.Line("  image ID  " + image.ImageId);
            text.Line("  created   " + image.Created);
            if (image.KubernetesVersion is { } version)
                text.Line("  Kubernetes " + version);
            Columns layers = new();
            foreach (LayerItem layer in image.Layers)
                layers.Add("  " + layer.DiffId[7..19], ByteCount.Show(layer.Size), layer.Title);
            text.Rows(layers);
            foreach (string reference in image.Preloaded)
                text.Line("  preloaded " + reference);
        }

        foreach (AttachedItem attached in Attached)
            attached.AppendTo(text);
        return text;
    }
}

internal sealed record InspectedItem(
    IReadOnlyList<string> References,
    string Platform,
    string ImageId,
    string? Created,
    string? KubernetesVersion,
    IReadOnlyList<LayerItem> Layers,
    IReadOnlyList<string> Preloaded
)
{
    public static InspectedItem Of(InspectedImage image) =>
        new(
            image.References,
            image.Platform.ToString(),
            image.ImageId.ToString(),
            image.Created,
            image.KubernetesVersion,
            [.. image.Layers.Select(layer => new LayerItem(layer.Title, layer.DiffId.ToString(), layer.Size))],
            image.Preloaded
        );
}
