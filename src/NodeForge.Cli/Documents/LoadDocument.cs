using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Images;
using NodeForge.Images.Fetching;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>load</c> prints: a line for each image and node.</summary>
internal sealed record LoadDocument(IReadOnlyList<LoadedImage> Images) : Document
{
    public static LoadDocument Of(IReadOnlyList<LoadedImage> images) => new(images);

    public override Page ToText()
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
}
