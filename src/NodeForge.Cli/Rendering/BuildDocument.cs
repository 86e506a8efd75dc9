using System.Text.Json;
using NodeForge.Images.Assembly;

namespace NodeForge.Cli.Rendering;

/// <summary>What a build prints: the image's identity, and where it went.</summary>
internal sealed record BuildDocument(int SchemaVersion, IReadOnlyList<BuiltItem> Images, IReadOnlyList<string> Outputs)
{
    public static BuildDocument Of(BuildOutcome outcome) => new(1, [.. outcome.Images.Select(BuiltItem.Of)], outcome.Outputs);

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.BuildDocument);

    public Page ToText() => Page.Of([.. Images.Select(image => $"{image.ImageId}  {image.Name} {image.Platform}"), .. Outputs.Select(output => "-> " + output)]);
}

internal sealed record BuiltItem(string Name, string Platform, string ImageId, IReadOnlyList<LayerItem> Layers)
{
    public static BuiltItem Of(BuiltImage image) => new(
        image.Name, image.Platform.ToString(), image.Config.Digest.ToString(),
        [.. image.Layers.Select(layer => new LayerItem(layer.Title, layer.Blob.DiffId.ToString(), layer.Blob.Descriptor.Size))]);
}

internal sealed record LayerItem(string Title, string DiffId, long Size);
