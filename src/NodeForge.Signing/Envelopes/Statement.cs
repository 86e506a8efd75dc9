using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Oci;

namespace NodeForge.Signing.Envelopes;

/// <summary>What is said of things, by their digests (in-toto Statement v1).</summary>
/// <param name="PredicateType">What is said.</param>
/// <param name="Subjects">Of what: SHA-256 digests.</param>
public sealed record Statement(string PredicateType, IReadOnlyList<Digest> Subjects)
{
    private const string Type = "https://in-toto.io/Statement/v1";
    private const string TypeBefore = "https://in-toto.io/Statement/v0.1"; // cosign up to 3.1 writes it in attestations
    private const int MostSubjects = 9999; // volumes of a bundle

    /// <param name="subject">The image's manifest or index.</param>
    /// <param name="predicateType">What is said.</param>
    /// <param name="predicate">It; is put into the statement.</param>
    public static byte[] Write(Digest subject, string predicateType, JsonObject predicate) =>
        SignedJson.Write(
            new JsonObject
            {
                ["_type"] = Type,
                ["subject"] = new JsonArray(new JsonObject { ["digest"] = new JsonObject { ["sha256"] = subject.Hex } }),
                ["predicateType"] = predicateType,
                ["predicate"] = predicate,
            }
        );

    /// <param name="files">The names and digests of what is spoken of.</param>
    /// <param name="predicateType">What is said.</param>
    /// <param name="predicate">It; is put into the statement.</param>
    public static byte[] Write(IReadOnlyList<(string Name, Digest Digest)> files, string predicateType, JsonObject predicate) =>
        SignedJson.Write(
            new JsonObject
            {
                ["_type"] = Type,
                ["subject"] = new JsonArray([
                    .. files.Select(file => new JsonObject
                    {
                        ["name"] = file.Name,
                        ["digest"] = new JsonObject { ["sha256"] = file.Digest.Hex },
                    }),
                ]),
                ["predicateType"] = predicateType,
                ["predicate"] = predicate,
            }
        );

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignatureUnreadable"/>.</exception>
    public static Statement Read(ReadOnlyMemory<byte> json, Location where) =>
        SignedJson.Read(
            json,
            where,
            "statement",
            root =>
            {
                if (root.Text("_type") is not (Type or TypeBefore))
                    throw new JsonException($"'_type' is {root.Text("_type")}");
                JsonElement subjects = root.GetProperty("subject");
                if (subjects.GetArrayLength() is 0 or > MostSubjects)
                    throw new JsonException($"{subjects.GetArrayLength()} subjects");
                // A subject that is known by other digests alone is nothing that an image could be.
                return new Statement(
                    root.Text("predicateType"),
                    [
                        .. subjects
                            .EnumerateArray()
                            .Select(subject =>
                                subject.GetProperty("digest").TryGetProperty("sha256", out JsonElement hex)
                                && Digest.TryParse("sha256:" + hex.GetString(), out Digest digest)
                                    ? digest
                                    : (Digest?)null
                            )
                            .OfType<Digest>(),
                    ]
                );
            }
        );
}
