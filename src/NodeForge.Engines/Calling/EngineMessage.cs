using System.Text;
using System.Text.Json;

namespace NodeForge.Engines.Calling;

/// <summary>The engine's own words in a failed answer: <c>{"message": "..."}</c>, or plain text from what stands before it.</summary>
internal sealed record EngineMessage
{
    public string? Message { get; init; }

    public static string Read(ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, CallJson.Lenient.EngineMessage)?.Message is { } message)
                return message;
        }
        catch (JsonException)
        {
            // Not the engine's form: a proxy's page or plain text, shown as it is.
        }

        return Encoding.UTF8.GetString(body);
    }
}
