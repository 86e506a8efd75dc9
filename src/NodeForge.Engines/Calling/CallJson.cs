using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeForge.Engines.Calling;

/// <summary>What every room of the engine answers with.</summary>
[JsonSerializable(typeof(EngineMessage))]
[JsonSerializable(typeof(CreatedObject))]
internal sealed partial class CallJson : JsonSerializerContext
{
    /// <summary>Reads what engines and the things before them write in whatever case.</summary>
    public static CallJson Lenient { get; } = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });
}
