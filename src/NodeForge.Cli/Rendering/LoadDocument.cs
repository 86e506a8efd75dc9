using System.Globalization;
using System.Text;
using System.Text.Json;
using NodeForge.Clusters;
using NodeForge.Images.Fetching;

namespace NodeForge.Cli.Rendering;

/// <summary>What <c>load</c> prints: a line for each image and node.</summary>
internal sealed record LoadDocument(int SchemaVersion, IReadOnlyList<LoadedImage> Images)
{
    public static LoadDocument Of(IReadOnlyList<LoadedImage> images) => new(1, images);

    public string ToText()
    {
        StringBuilder text = new();
        foreach (LoadedImage image in Images)
        {
            text.Append(image.Name).Append("  ").AppendLine(image.ImageId);
            foreach (LoadedNode node in image.Nodes)
                text.AppendLine(CultureInfo.InvariantCulture, $"  {node.Name}  {(node.WasThere ? "already there" : ByteCount.Show(node.Bytes))}");
        }

        return text.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.LoadDocument);
}
