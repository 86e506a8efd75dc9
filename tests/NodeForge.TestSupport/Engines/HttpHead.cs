using System.Text;

namespace NodeForge.TestSupport.Engines;

/// <summary>The first lines of a request.</summary>
internal sealed record HttpHead(string Method, string Target, IReadOnlyDictionary<string, string> Fields)
{
    private const int Limit = 64 * 1024;

    /// <summary>Reads up to the empty line, a byte at a time: what follows belongs to the body.</summary>
    public static async Task<HttpHead?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!EndsHead(text))
        {
            if (text.Length > Limit || await stream.ReadAsync(one, cancellationToken) == 0)
                return null;
            text.Append((char)one[0]);
        }

        string[] lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        Dictionary<string, string> fields = lines
            .Skip(1)
            .Select(line => line.Split(':', 2))
            .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new(first[0], first[1], fields);
    }

    private static bool EndsHead(StringBuilder text) =>
        text.Length >= 4 && text[^1] == '\n' && text[^2] == '\r' && text[^3] == '\n' && text[^4] == '\r';
}
