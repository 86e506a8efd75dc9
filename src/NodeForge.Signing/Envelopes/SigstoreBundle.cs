using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Signing.Envelopes;

/// <summary>An envelope and whose key signed it, in one file (Sigstore bundle v0.3, sigstore_bundle.proto). Only keys are known here, no
/// certificates and no log: all that works without a network.</summary>
/// <param name="Hint">By which the key is found; null where the bundle has a certificate instead.</param>
/// <param name="Envelope">What is signed.</param>
public sealed record SigstoreBundle(string? Hint, DsseEnvelope Envelope)
{
    /// <summary>Its media type, and the artifact type of a manifest that carries it.</summary>
    public const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    public byte[] Write() =>
        SignedJson.Write(
            new JsonObject
            {
                ["mediaType"] = MediaType,
                ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = Hint } },
                ["dsseEnvelope"] = new JsonObject
                {
                    ["payload"] = Convert.ToBase64String(Envelope.Payload.Span),
                    ["payloadType"] = Envelope.PayloadType,
                    ["signatures"] = new JsonArray([
                        .. Envelope.Signatures.Select(signature => new JsonObject { ["sig"] = Convert.ToBase64String(signature.Span) }),
                    ]),
                },
            }
        );

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignatureUnreadable"/>: it is no such bundle, or is about a file's bytes
    /// (<c>messageSignature</c>).</exception>
    public static SigstoreBundle Read(ReadOnlyMemory<byte> json, Location where) =>
        SignedJson.Read(
            json,
            where,
            "sigstore bundle",
            root =>
            {
                string? hint = HintOf(root);
                return new SigstoreBundle(hint, DsseEnvelope.Read(root.GetProperty("dsseEnvelope")));
            }
        );

    internal static string? HintOf(JsonElement root)
    {
        if (root.Text("mediaType") is not (MediaType or "application/vnd.dev.sigstore.bundle+json;version=0.3"))
            throw new JsonException($"'mediaType' is {root.Text("mediaType")}");
        JsonElement material = root.GetProperty("verificationMaterial");
        return material.TryGetProperty("publicKey", out JsonElement key) && key.TryGetProperty("hint", out JsonElement stated)
            ? stated.GetString()
            : null;
    }
}
