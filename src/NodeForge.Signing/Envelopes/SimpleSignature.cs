using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Oci;

namespace NodeForge.Signing.Envelopes;

/// <summary>What cosign up to version 2 signs of an image (its specification SIGNATURE_SPEC.md): the payload is a layer, the signature an
/// annotation of it.</summary>
internal static class SimpleSignature
{
    public const string MediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>What cosign 2 looks for among referrers, with <c>--experimental-oci11</c>.</summary>
    public const string ArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";

    /// <summary>The annotation that has the signature, in base64.</summary>
    public const string Annotation = "dev.cosignproject.cosign/signature";

    private const string Type = "cosign container image signature";

    /// <param name="name">The repository that the signer saw the image in; nobody checks it.</param>
    /// <param name="image">The manifest or index.</param>
    public static byte[] Write(string name, Digest image) =>
        SignedJson.Write(
            new JsonObject
            {
                ["critical"] = new JsonObject
                {
                    ["identity"] = new JsonObject { ["docker-reference"] = name },
                    ["image"] = new JsonObject { ["docker-manifest-digest"] = image.ToString() },
                    ["type"] = Type,
                },
                ["optional"] = null,
            }
        );

    /// <returns>The image that is signed.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignatureUnreadable"/>.</exception>
    public static Digest Read(ReadOnlyMemory<byte> json, Location where) =>
        SignedJson.Read(
            json,
            where,
            "signature",
            root =>
            {
                JsonElement critical = root.GetProperty("critical");
                return critical.Text("type") == Type
                    ? Digest.Parse(critical.GetProperty("image").Text("docker-manifest-digest"))
                    : throw new JsonException($"'type' is {critical.Text("type")}");
            }
        );
}
