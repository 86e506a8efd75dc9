using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Signing.Envelopes;

/// <summary>JSON that is signed: written in one way, and read so that nobody can read it in two.</summary>
internal static class SignedJson
{
    private const int MaxDepth = 64;

    // Go, Rust and Python write no escapes here either, and the bytes are what is signed.
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(JsonObject document)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Encoder = Options.Encoder }))
            document.WriteTo(writer, Options);
        return bytes.ToArray();
    }

    /// <summary>Reads a document by a rule of its own.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignatureUnreadable"/>: it is no JSON, has a key twice, or is not what
    /// the rule asks for.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, Location where, string kind, Func<JsonElement, T> rule)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                json,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth }
            );
            return rule(document.RootElement);
        }
        catch (Exception wrong)
            when (wrong is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            throw Refuse(where, $"the {kind} is not what its specification says", wrong.Message, wrong);
        }
    }

    public static NodeForgeException Refuse(Location where, string what, string got, Exception? inner = null) =>
        new(
            new Diagnostic(ErrorCodes.SignatureUnreadable, what)
            {
                Where = where,
                Got = Printable.Escape(got),
                Hint = ErrorCodes.SignatureUnreadable.Remedy,
            },
            inner
        );

    public static string Text(this JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is null");

    /// <summary>Base64 of either alphabet (DSSE protocol, "envelope").</summary>
    public static byte[] Base64(this JsonElement element, string name) =>
        Convert.FromBase64String(Padded(element.Text(name).Replace('-', '+').Replace('_', '/')));

    private static string Padded(string text) => text.PadRight((text.Length + 3) / 4 * 4, '=');
}
