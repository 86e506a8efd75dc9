using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Oci;

namespace NodeForge.Images;

/// <summary>The file in which an action's outputs are kept: one line with a checksum over key and outputs, then the outputs.</summary>
/// <remarks>The content has its digests; what says which content it is has none but this. One flipped bit could name another
/// layer.</remarks>
internal static class ActionRecord
{
    private static ReadOnlySpan<byte> Mark => "nodeforge action record 2 "u8;

    public static byte[] Write(Digest key, IReadOnlyList<ActionOutput> outputs)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(outputs, ActionJson.Default.IReadOnlyListActionOutput);
        return [.. Head(key, json), .. json];
    }

    /// <returns>Null for what was not written here for this key, byte for byte.</returns>
    public static IReadOnlyList<ActionOutput>? Read(Digest key, byte[] record)
    {
        int end = Array.IndexOf(record, (byte)'\n') + 1;
        return IsOurs(record) && record.AsSpan(0, end).SequenceEqual(Head(key, record.AsSpan(end)))
            ? JsonSerializer.Deserialize(record.AsSpan(end), ActionJson.Default.IReadOnlyListActionOutput)
            : null;
    }

    /// <summary>Whether it begins as a record of this form does.</summary>
    public static bool IsOurs(byte[] record) => record.AsSpan().StartsWith(Mark);

    private static byte[] Head(Digest key, ReadOnlySpan<byte> json) =>
        [.. Mark, .. Encoding.ASCII.GetBytes(Digest.Of([.. Encoding.ASCII.GetBytes(key.Hex), .. json]).Hex), (byte)'\n'];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(IReadOnlyList<ActionOutput>))]
internal sealed partial class ActionJson : JsonSerializerContext;
