using System.Net.Http.Headers;
using System.Text;

namespace NodeForge.Oci.Registry;

/// <summary>What a registry asks for with a 401 (RFC 9110 11.6.1; distribution's token specification).</summary>
/// <param name="Scheme"><c>bearer</c> or <c>basic</c>, lower case.</param>
/// <param name="Realm">The token server.</param>
/// <param name="Service">Whom the token is for.</param>
/// <param name="Scope">What it allows; null when the registry leaves it to the client.</param>
internal sealed record BearerChallenge(string Scheme, string? Realm, string? Service, string? Scope)
{
    private const string Blanks = " \t";

    /// <summary>The challenge to answer: bearer before basic; null when there is none that we know.</summary>
    public static BearerChallenge? From(HttpResponseHeaders headers)
    {
        // As they came: what the framework's own reader cannot make out is lost to it.
        IEnumerable<string> lines = headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues values) ? values : [];
        BearerChallenge[] known = [.. lines.SelectMany(Read).Where(challenge => challenge.Scheme is "bearer" or "basic")];
        return known.FirstOrDefault(challenge => challenge.Scheme == "bearer") ?? known.FirstOrDefault();
    }

    /// <summary>All challenges of a header. A comma divides both challenges and parameters: a word with "=" after it is a
    /// parameter.</summary>
    public static IReadOnlyList<BearerChallenge> Read(string header)
    {
        List<(string Scheme, Dictionary<string, string> Parameters)> found = [];
        for (int at = Skip(header, 0, Blanks + ","); at < header.Length; at = Skip(header, at, Blanks + ","))
        {
            string word = Token(header, at);
            if (word.Length == 0)
                break;
            at = Skip(header, at + word.Length, Blanks);
            if (found.Count > 0 && at < header.Length && header[at] == '=')
                found[^1].Parameters.TryAdd(word, Value(header, ref at));
            else
            {
                found.Add((word.ToLowerInvariant(), new(StringComparer.OrdinalIgnoreCase)));
                at = SkipToken68(header, at);
            }
        }

        return [.. found.Select(each => Of(each.Scheme, each.Parameters))];
    }

    private static BearerChallenge Of(string scheme, Dictionary<string, string> parameters) =>
        new(scheme, parameters.GetValueOrDefault("realm"), parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));

    private static string Value(string header, ref int at)
    {
        at = Skip(header, at + 1, Blanks);
        if (at < header.Length && header[at] == '"')
            return Quoted(header, ref at);
        int end = header.AsSpan(at).IndexOfAny(Blanks + ",");
        string value = end < 0 ? header[at..] : header.Substring(at, end);
        at += value.Length;
        return value;
    }

    private static string Quoted(string header, ref int at)
    {
        StringBuilder value = new();
        for (at++; at < header.Length && header[at] != '"'; at++)
        {
            if (header[at] == '\\' && at + 1 < header.Length)
                at++;
            value.Append(header[at]);
        }

        at = Math.Min(at + 1, header.Length);
        return value.ToString();
    }

    // "NTLM TlRM==": one value without a name, up to a comma.
    private static int SkipToken68(string header, int at)
    {
        int end = at;
        while (end < header.Length && (char.IsAsciiLetterOrDigit(header[end]) || "-._~+/".Contains(header[end], StringComparison.Ordinal)))
            end++;
        end = Skip(header, Skip(header, end, "="), Blanks);
        return end == header.Length || header[end] == ',' ? end : at;
    }

    private static string Token(string header, int at)
    {
        int end = at;
        while (
            end < header.Length
            && (char.IsAsciiLetterOrDigit(header[end]) || "!#$%&'*+-.^_`|~".Contains(header[end], StringComparison.Ordinal))
        )
            end++;
        return header[at..end];
    }

    private static int Skip(string header, int at, string characters)
    {
        while (at < header.Length && characters.Contains(header[at], StringComparison.Ordinal))
            at++;
        return at;
    }
}
