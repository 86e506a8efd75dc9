using System.Buffers;
using System.Text.Json;

namespace NodeForge.Bundles.Serving;

/// <summary>An answer: its head, and how its body is opened.</summary>
/// <param name="Status">As in RFC 9110.</param>
/// <param name="Length">Bytes of the body.</param>
/// <param name="Open">Gives as many bytes; not asked where nobody wants them.</param>
internal sealed record HttpAnswer(int Status, long Length, Func<Stream> Open)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static HttpAnswer Empty(int status) => new(status, 0, () => Stream.Null);

    public static HttpAnswer Of(byte[] body, string mediaType, int status = 200) =>
        new(status, body.Length, () => new MemoryStream(body, writable: false)) { Headers = [("Content-Type", mediaType)] };

    public static HttpAnswer Json(Action<Utf8JsonWriter> write, int status = 200)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body))
            write(json);
        return Of(body.WrittenSpan.ToArray(), "application/json", status);
    }

    /// <summary>An error as registries tell it (distribution-spec, "Error Codes").</summary>
    public static HttpAnswer Refused(int status, string code, string message) =>
        Json(
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("errors");
                json.WriteStartObject();
                json.WriteString("code", code);
                json.WriteString("message", message);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            },
            status
        );

    public HttpAnswer With(params ReadOnlySpan<(string Name, string Value)> headers) => this with { Headers = [.. Headers, .. headers] };
}
