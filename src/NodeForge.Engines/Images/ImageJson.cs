using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeForge.Engines.Images;

/// <summary>What engines answer about images.</summary>
[JsonSerializable(typeof(LoadMessage))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(List<ImageSummary>))]
internal sealed partial class ImageJson : JsonSerializerContext
{
    /// <summary>Reads what engines and the things before them write in whatever case.</summary>
    public static ImageJson Lenient { get; } = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });
}
