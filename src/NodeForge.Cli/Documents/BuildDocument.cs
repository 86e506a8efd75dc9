using System.Text.Json.Serialization;
using NodeForge.Cli.Rendering;
using NodeForge.Oci;

namespace NodeForge.Cli.Documents;

/// <summary>What a build prints: the image's identity, and where it went.</summary>
internal sealed record BuildDocument(IReadOnlyList<BuiltItem> Images, IReadOnlyList<string> Outputs) : Document
{
    public static BuildDocument Of(BuildOutcome outcome) => new([.. outcome.Images.Select(BuiltItem.Of)], outcome.Outputs);

    public override Page ToText() =>
        Page.Of([
            .. Images.Select(image => $"{image.ImageId}  {image.Name} {image.Platform}"),
            .. Outputs.Select(output => "-> " + output),
        ]);
}

internal sealed record BuiltItem(string Name, string Platform, string ImageId, IReadOnlyList<LayerItem> Layers)
{
    public static BuiltItem Of(Image image) =>
        new(
            image.Name,
            image.Platform.ToString(),
            image.Id.ToString(),
            [.. image.Layers.Select(layer => new LayerItem(layer.Title, layer.DiffId.ToString(), layer.Descriptor.Size))]
        );
}

/// <summary>What a build of Kubernetes prints: the server tarball.</summary>
internal sealed record TarballDocument(string Digest, long Size) : Document
{
    [JsonIgnore]
    public string? File { get; init; }

    public static TarballDocument Of(TarballOutcome outcome) => new(outcome.Digest.ToString(), outcome.Size) { File = outcome.File };

    public override Page ToText() => Page.Of($"{Digest}  {File ?? "in the cache"}");
}

internal sealed record LayerItem(string Title, string DiffId, long Size);
