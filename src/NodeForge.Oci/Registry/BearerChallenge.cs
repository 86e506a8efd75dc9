using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>What a registry asks for with a 401 (RFC 7235 4.1; distribution's token specification).</summary>
/// <param name="Scheme"><c>bearer</c> or <c>basic</c>, lower case.</param>
/// <param name="Realm">The token server.</param>
/// <param name="Service">Whom the token is for.</param>
/// <param name="Scope">What it allows; null when the registry leaves it to the client.</param>
internal sealed record BearerChallenge(string Scheme, string? Realm, string? Service, string? Scope)
{
    /// <summary>The challenge to answer: bearer before basic; null when there is none that we know.</summary>
    public static BearerChallenge? From(HttpResponseHeaders headers) =>
        headers.WwwAuthenticate.Select(Read).Where(challenge => challenge.Scheme is "bearer" or "basic").OrderByDescending(challenge => challenge.Scheme, StringComparer.Ordinal).FirstOrDefault();

    private static BearerChallenge Read(AuthenticationHeaderValue header)
    {
        Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = header.Parameter;
        while (!(rest = rest.TrimStart(" ,\t")).IsEmpty)
        {
            int equals = rest.IndexOf('=');
            if (equals <= 0)
                break;
            string name = rest[..equals].Trim().ToString();
            (string value, int length) = ReadValue(rest[(equals + 1)..]);
            parameters.TryAdd(name, value);
            rest = rest[(equals + 1 + length)..];
        }

        return new(header.Scheme.ToLowerInvariant(), parameters.GetValueOrDefault("realm"), parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
    }

    private static (string Value, int Length) ReadValue(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("\""))
        {
            int end = text.IndexOf(',');
            end = end < 0 ? text.Length : end;
            return (text[..end].Trim().ToString(), end);
        }

        System.Text.StringBuilder value = new();
        int i = 1;
        for (; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            value.Append(text[i]);
        }

        return (value.ToString(), Math.Min(i + 1, text.Length));
    }
}
