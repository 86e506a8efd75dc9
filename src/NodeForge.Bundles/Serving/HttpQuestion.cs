using System.Globalization;

namespace NodeForge.Bundles.Serving;

/// <summary>A request's head (RFC 9112, section 3). Of bodies nothing is known: whoever only gives takes none.</summary>
/// <param name="Method">In capitals, as it came.</param>
/// <param name="Path">Unescaped, without the query.</param>
/// <param name="Query">Unescaped; the first of a name.</param>
/// <param name="Headers">By name without case; of several under one name all, with commas between.</param>
/// <param name="KeepsOpen">Whether the connection may serve another request after this one.</param>
internal sealed record HttpQuestion(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyDictionary<string, string> Headers,
    bool KeepsOpen
)
{
    private const int MostHeaders = 100;

    public bool IsHead => Method == "HEAD";

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <param name="head">Lines, without the empty one that ends them.</param>
    /// <returns>Null for what is no HTTP/1 request.</returns>
    public static HttpQuestion? TryParse(string head)
    {
        string[] lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [var method, ['/', ..] target, ("HTTP/1.1" or "HTTP/1.0") and var version])
            return null;
        // Somebody before or behind this server may take what remains of a line's end for one (RFC 9112, section 2.2).
        if (lines.Any(line => line.AsSpan().ContainsAny('\r', '\n', '\0')))
            return null;
        if (lines.Length > MostHeaders || !method.All(char.IsAsciiLetterUpper) || method.Length == 0)
            return null;
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || line.AsSpan(0, colon).ContainsAny(' ', '\t'))
                return null;
            string value = line[(colon + 1)..].Trim(' ', '\t');
            headers[line[..colon]] = headers.TryGetValue(line[..colon], out string? before) ? $"{before}, {value}" : value;
        }

        int query = target.IndexOf('?', StringComparison.Ordinal);
        return new(
            method,
            Uri.UnescapeDataString(query < 0 ? target : target[..query]),
            query < 0 ? ReadQuery("") : ReadQuery(target[(query + 1)..]),
            headers,
            KeepsOpenAfter(version, headers)
        );
    }

    // What follows a body that nobody read is no request.
    private static bool KeepsOpenAfter(string version, Dictionary<string, string> headers) =>
        !headers.ContainsKey("Transfer-Encoding")
        && headers.GetValueOrDefault("Content-Length", "0") == "0"
        && !headers
            .GetValueOrDefault("Connection", version == "HTTP/1.1" ? "" : "close")
            .Contains("close", StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, string> ReadQuery(string query)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? pair : pair[..equals];
            values.TryAdd(Uri.UnescapeDataString(name), equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..].Replace('+', ' ')));
        }

        return values;
    }

    /// <summary>A number of the query; null where it has none.</summary>
    public int? Number(string name) =>
        Query.TryGetValue(name, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
