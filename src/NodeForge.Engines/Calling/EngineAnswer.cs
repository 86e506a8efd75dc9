using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeForge.Engines.Calling;

/// <summary>Reads an answer that is one JSON document: whole, within limits, and as Go would read it, to whom null is as if left
/// out.</summary>
internal static class EngineAnswer
{
    /// <summary>Bytes of an answer. A list of ten thousand containers has 20 MB.</summary>
    public const int MostBytes = 32 << 20;

    // What is made of a token in memory is many times its length: "{}" is a container.
    private const int MostTokens = 4_000_000;
    private const int FirstBuffer = 16 << 10;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <param name="body">The answer; not disposed.</param>
    /// <param name="type">What it is to be.</param>
    /// <param name="idle">How long the engine may say nothing; null for an answer that ends when something else does.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="JsonException">It is something else, or beyond the limits.</exception>
    /// <exception cref="IOException">Nothing more came.</exception>
    public static async Task<T> ReadAsync<T>(Stream body, JsonTypeInfo<T> type, TimeSpan? idle, CancellationToken cancellationToken)
    {
        byte[] bytes = await ReadAsync(body, idle, cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize(WithoutNulls(bytes).Span, type) ?? throw new JsonException("null");
    }

    /// <summary>The bytes of an answer, whatever they are.</summary>
    public static async Task<byte[]> ReadAsync(Stream body, TimeSpan? idle, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[FirstBuffer];
        int length = 0;
        for (int read; (read = await ReadAsync(body, bytes.AsMemory(length), idle, cancellationToken).ConfigureAwait(false)) > 0; )
        {
            length += read;
            if (length > MostBytes)
                throw new JsonException($"it has more than {MostBytes} bytes");
            if (length == bytes.Length)
                Array.Resize(ref bytes, bytes.Length * 2);
        }

        return bytes[..length];
    }

    private static ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, TimeSpan? idle, CancellationToken cancellationToken) =>
        idle is { } atMost
            ? InTimeAsync(token => body.ReadAsync(buffer, token), atMost, "nothing more came", cancellationToken)
            : body.ReadAsync(buffer, cancellationToken);

    /// <summary>Waits so long for the engine, and no longer.</summary>
    /// <param name="ask">Waits.</param>
    /// <param name="atMost">How long.</param>
    /// <param name="otherwise">What is said of an engine that is silent.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="IOException">Nothing came.</exception>
    public static async ValueTask<T> InTimeAsync<T>(
        Func<CancellationToken, ValueTask<T>> ask,
        TimeSpan atMost,
        string otherwise,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(atMost);
        try
        {
            return await ask(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{otherwise} for {atMost.TotalSeconds:0} s");
        }
    }

    internal static ReadOnlyMemory<byte> WithoutNulls(ReadOnlySpan<byte> json)
    {
        ArrayBufferWriter<byte> output = new(json.Length + 1);
        using Utf8JsonWriter writer = new(output, new JsonWriterOptions { SkipValidation = true });
        Utf8JsonReader reader = new(json, Options);
        string? name = null;
        try
        {
            for (int tokens = 0; reader.Read(); tokens++)
            {
                if (tokens > MostTokens)
                    throw new JsonException($"it has more than {MostTokens} values");
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    name = reader.GetString();
                    continue;
                }

                if (name is not null && reader.TokenType != JsonTokenType.Null)
                    writer.WritePropertyName(name);
                name = null;
                Copy(ref reader, writer);
            }
        }
        catch (InvalidOperationException noText)
        {
            throw new JsonException("a string in it is no text", noText);
        }

        writer.Flush();
        return output.WrittenCount == 0 ? throw new JsonException("null, or nothing") : output.WrittenMemory;
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(reader.GetString());
                break;
            case JsonTokenType.Null:
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }
}
