using System.Text;
using System.Text.Json;
using NodeForge.Images.Fetching;
using NodeForge.Images.Verification;
using NodeForge.Kubernetes;

namespace NodeForge.Cli.Rendering;

/// <summary>What is in an image, as <c>nodeforge inspect</c> prints it.</summary>
internal sealed record InspectDocument(int SchemaVersion, IReadOnlyList<InspectedItem> Images)
{
    public static InspectDocument Of(IReadOnlyList<InspectedImage> images) => new(1, [.. images.Select(InspectedItem.Of)]);

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.InspectDocument);

    public string ToText()
    {
        StringBuilder text = new();
        foreach (InspectedItem image in Images)
        {
            text.Append(string.Join(", ", image.References)).Append(' ').AppendLine(image.Platform);
            text.Append("  image ID  ").AppendLine(image.ImageId);
            text.Append("  created   ").AppendLine(image.Created);
            if (image.KubernetesVersion is { } version)
                text.Append("  Kubernetes ").AppendLine(version);
            Columns layers = new();
            foreach (LayerItem layer in image.Layers)
                layers.Add("  " + layer.DiffId[7..19], ByteCount.Show(layer.Size), layer.Title);
            text.Append(layers);
            foreach (string reference in image.Preloaded)
                text.Append("  preloaded ").AppendLine(reference);
        }

        return text.ToString();
    }
}

internal sealed record InspectedItem(
    IReadOnlyList<string> References, string Platform, string ImageId, string? Created, string? KubernetesVersion, IReadOnlyList<LayerItem> Layers, IReadOnlyList<string> Preloaded)
{
    public static InspectedItem Of(InspectedImage image) => new(
        image.References, image.Platform.ToString(), image.ImageId.ToString(), image.Created, image.KubernetesVersion,
        [.. image.Layers.Select(layer => new LayerItem(layer.Title, layer.DiffId.ToString(), layer.Size))], image.Preloaded);
}
