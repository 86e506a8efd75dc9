using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Envelopes;

/// <summary>Bytes, what they are, and signatures over both (DSSE 1.0.2). What is verified is what was received: nothing is read and written
/// again in between.</summary>
/// <param name="PayloadType">What the payload is.</param>
/// <param name="Payload">The bytes.</param>
/// <param name="Signatures">In DER.</param>
public sealed record DsseEnvelope(string PayloadType, ReadOnlyMemory<byte> Payload, IReadOnlyList<ReadOnlyMemory<byte>> Signatures)
{
    /// <summary>The payload type of in-toto's statements.</summary>
    public const string InToto = "application/vnd.in-toto+json";

    /// <summary>The media type of an envelope as a layer.</summary>
    public const string MediaType = "application/vnd.dsse.envelope.v1+json";

    private const int MostSignatures = 64;

    public static DsseEnvelope Sign(SigningKey key, string payloadType, ReadOnlyMemory<byte> payload) =>
        new(payloadType, payload, [key.Sign(Encode(payloadType, payload.Span))]);

    public bool IsSignedBy(VerificationKey key)
    {
        byte[] message = Encode(PayloadType, Payload.Span);
        return Signatures.Any(signature => key.Verify(message, signature.Span));
    }

    /// <summary>The envelope as a document of its own, as cosign 2 writes it.</summary>
    public byte[] Write() =>
        SignedJson.Write(
            new JsonObject
            {
                ["payloadType"] = PayloadType,
                ["payload"] = Convert.ToBase64String(Payload.Span),
                ["signatures"] = new JsonArray([
                    .. Signatures.Select(signature => new JsonObject { ["keyid"] = "", ["sig"] = Convert.ToBase64String(signature.Span) }),
                ]),
            }
        );

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignatureUnreadable"/>.</exception>
    public static DsseEnvelope Read(ReadOnlyMemory<byte> json, Location where) => SignedJson.Read(json, where, "envelope", Read);

    internal static DsseEnvelope Read(JsonElement element)
    {
        JsonElement signatures = element.GetProperty("signatures");
        if (signatures.GetArrayLength() is 0 or > MostSignatures)
            throw new JsonException($"{signatures.GetArrayLength()} signatures");
        return new(
            element.Text("payloadType"),
            element.Base64("payload"),
            [.. signatures.EnumerateArray().Select(signature => (ReadOnlyMemory<byte>)signature.Base64("sig"))]
        );
    }

    // The pre-authentication encoding: lengths in bytes, so that no two pairs of type and payload are the same bytes.
    internal static byte[] Encode(string payloadType, ReadOnlySpan<byte> payload)
    {
        byte[] type = Encoding.UTF8.GetBytes(payloadType);
        return
        [
            .. Ascii("DSSEv1 " + type.Length.ToString(CultureInfo.InvariantCulture) + " "),
            .. type,
            .. Ascii($" {payload.Length.ToString(CultureInfo.InvariantCulture)} "),
            .. payload,
        ];
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
