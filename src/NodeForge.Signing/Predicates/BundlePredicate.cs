using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;

namespace NodeForge.Signing.Predicates;

/// <summary>What a publisher says of a bundle: what it is, and which of a series. The statement's subjects are its files.</summary>
/// <param name="Index">The digest of its index, which names every byte of content.</param>
/// <param name="Makes">Of a delta the index of the bundle that it makes; null for a whole one.</param>
/// <param name="Series">What is counted: bundles of one series follow each other.</param>
/// <param name="Sequence">Its number in the series; larger ones are newer.</param>
/// <param name="Expires">From when on it is not to be used; null for never.</param>
public sealed record BundlePredicate(Digest Index, Digest? Makes, string Series, long Sequence, DateTimeOffset? Expires)
{
    /// <summary>The index of the bundle that is there in the end.</summary>
    public Digest Installs => Makes ?? Index;

    /// <summary>Whether a name can be that of a series: lower-case letters, digits, dots and dashes.</summary>
    public static bool IsSeries(string name) =>
        name is { Length: > 0 and <= 64 }
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-');

    /// <summary>The predicate of a statement of type <see cref="PredicateTypes.Bundle"/>.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = new()
        {
            ["index"] = Index.ToString(),
            ["series"] = Series,
            ["sequence"] = Sequence,
        };
        if (Makes is { } makes)
            json["makes"] = makes.ToString();
        if (Expires is { } expires)
            json["expires"] = expires.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return json;
    }

    /// <param name="statement">The JSON of a statement about a bundle.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SignatureUnreadable"/>.</exception>
    public static BundlePredicate Read(ReadOnlyMemory<byte> statement, Location where) =>
        SignedJson.Read(
            statement,
            where,
            "statement",
            root =>
            {
                JsonElement predicate = root.GetProperty("predicate");
                BundlePredicate read = new(
                    Digest.Parse(predicate.Text("index")),
                    predicate.TryGetProperty("makes", out _) ? Digest.Parse(predicate.Text("makes")) : null,
                    predicate.Text("series"),
                    predicate.GetProperty("sequence").GetInt64(),
                    predicate.TryGetProperty("expires", out JsonElement expires) ? expires.GetDateTimeOffset() : null
                );
                return IsSeries(read.Series) && read.Sequence >= 0
                    ? read
                    : throw new JsonException($"'series' is {read.Series}, 'sequence' is {read.Sequence}");
            }
        );
}
