using System.Text.Json;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>What a build printed: the image's ID and its layers.</summary>
internal sealed record BuiltProduct(string ImageId, IReadOnlyList<BuiltLayer> Layers)
{
    public string[] DiffIds => [.. Layers.Select(static layer => layer.DiffId)];

    /// <summary>Reads the document of <c>build … -o json</c>.</summary>
    public static BuiltProduct Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement image = Assert.Single(document.RootElement.GetProperty("images").EnumerateArray());
        return new(
            image.GetProperty("imageId").GetString()!,
            [
                .. image
                    .GetProperty("layers")
                    .EnumerateArray()
                    .Select(static layer => new BuiltLayer(
                        layer.GetProperty("title").GetString()!,
                        layer.GetProperty("diffId").GetString()!
                    )),
            ]
        );
    }
}

/// <summary>By image ID and layers; a record compares lists by reference.</summary>
internal sealed class BuiltProductComparer : IEqualityComparer<BuiltProduct>
{
    public static BuiltProductComparer Instance { get; } = new();

    public bool Equals(BuiltProduct? x, BuiltProduct? y) => x?.ImageId == y?.ImageId && (x?.Layers ?? []).SequenceEqual(y?.Layers ?? []);

    public int GetHashCode(BuiltProduct obj) => obj.ImageId.GetHashCode(StringComparison.Ordinal);
}

internal sealed record BuiltLayer(string Title, string DiffId);
