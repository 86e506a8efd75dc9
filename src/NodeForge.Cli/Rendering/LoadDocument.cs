using System.Text.Json;
using NodeForge.Clusters.Images;
using NodeForge.Images.Fetching;

namespace NodeForge.Cli.Rendering;

/// <summary>What <c>load</c> prints: a line for each image and node.</summary>
internal sealed record LoadDocument(int SchemaVersion, IReadOnlyList<LoadedImage> Images)
{
    public static LoadDocument Of(IReadOnlyList<LoadedImage> images) => new(1, images);

    public Page ToText()
    {
        Page text = new();
        foreach (LoadedImage image in Images)
        {
            text.Line($"{image.Name}  {image.ImageId}");
            foreach (LoadedNode node in image.Nodes)
                text.Line($"  {node.Name}  {(node.WasThere ? "already there" : ByteCount.Show(node.Bytes))}");
        }

        return text;
    }

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.LoadDocument);
}
