using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>A descriptor's platform. One that says nothing is none: .NET's SDK writes <c>"platform":{}</c> into the archives of its
/// containers (SDK 10.0.401).</summary>
public sealed class PlatformField : JsonConverter<Platform>
{
    public override Platform? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Utf8JsonReader ahead = reader;
        if (ahead.TokenType == JsonTokenType.StartObject && ahead.Read() && ahead.TokenType == JsonTokenType.EndObject)
        {
            reader = ahead;
            return null;
        }

        return JsonSerializer.Deserialize(ref reader, OciJson.Default.Platform);
    }

    public override void Write(Utf8JsonWriter writer, Platform value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, OciJson.Default.Platform);
}
