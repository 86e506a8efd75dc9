using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Envelopes;

/// <summary>The signature of a file, in a file beside it: a Sigstore bundle v0.3 with a <c>messageSignature</c>, as <c>cosign verify-blob
/// --bundle</c> reads it.</summary>
/// <param name="Hint">By which the key is found; null where the bundle has a certificate instead.</param>
/// <param name="File">SHA-256 of the file.</param>
/// <param name="Signature">In DER.</param>
public sealed record FileSignature(string? Hint, Digest File, ReadOnlyMemory<byte> Signature)
{
    /// <param name="key">Whose word it is.</param>
    /// <param name="file">SHA-256 of the file.</param>
    public static FileSignature Sign(SigningKey key, Digest file) =>
        new(key.Public.Hint, file, key.SignHash(Convert.FromHexString(file.Hex)));

    /// <summary>Whether a key signed a file.</summary>
    /// <param name="key">The key.</param>
    /// <param name="file">What the file is: the digest in the signature is not believed.</param>
    public bool IsOf(VerificationKey key, Digest file) => key.VerifyHash(Convert.FromHexString(file.Hex), Signature.Span);

    public byte[] Write() =>
        SignedJson.Write(
            new JsonObject
            {
                ["mediaType"] = SigstoreBundle.MediaType,
                ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = Hint } },
                ["messageSignature"] = new JsonObject
                {
                    ["messageDigest"] = new JsonObject
                    {
                        ["algorithm"] = "SHA2_256",
                        ["digest"] = Convert.ToBase64String(Convert.FromHexString(File.Hex)),
                    },
                    ["signature"] = Convert.ToBase64String(Signature.Span),
                },
            }
        );

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignatureUnreadable"/>.</exception>
    public static FileSignature Read(ReadOnlyMemory<byte> json, Location where) =>
        SignedJson.Read(
            json,
            where,
            "sigstore bundle",
            root =>
            {
                string? hint = SigstoreBundle.HintOf(root);
                JsonElement message = root.GetProperty("messageSignature");
                JsonElement digest = message.GetProperty("messageDigest");
                return digest.Text("algorithm") == "SHA2_256" && digest.Base64("digest") is { Length: 32 } bytes
                    ? new FileSignature(hint, Digest.FromHash(bytes), message.Base64("signature"))
                    : throw new JsonException("'messageDigest' is no SHA-256");
            }
        );
}
