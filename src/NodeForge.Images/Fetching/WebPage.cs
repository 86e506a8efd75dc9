using System.Text;

namespace NodeForge.Images.Fetching;

/// <summary>Tells a web page from a file: captive portals and login pages come with status 200.</summary>
internal static class WebPage
{
    private const int Shown = 80;

    /// <exception cref="TransferFailure">These are the first bytes of a page.</exception>
    public static void Refuse(Source source, string address, string? contentType, ReadOnlySpan<byte> start)
    {
        if (source.Name.EndsWith(".html", StringComparison.Ordinal) || !IsPage(contentType, start))
            return;
        throw new TransferFailure(
            new Diagnostic(ErrorCodes.PageInsteadOfFile, $"the server sent a web page instead of {source.Name}")
            {
                Where = new(address),
                Got = $"{contentType ?? "no content type"}: {Beginning(start)}",
                Want = source.Size < 0 ? null : $"{source.Size} bytes, {source.Digest}",
                Hint = "open the address in a browser: the page says what stands in between (a login, a captive portal, a proxy)",
            }
        )
        {
            Permanent = true,
        };
    }

    private static bool IsPage(string? contentType, ReadOnlySpan<byte> start)
    {
        string head = Encoding
            .Latin1.GetString(start[..Math.Min(start.Length, 64)])
            .TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\r', '\n', '\t');
        return contentType is "text/html" or "application/xhtml+xml"
            || head.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || head.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    private static string Beginning(ReadOnlySpan<byte> start)
    {
        string text = new([.. Encoding.UTF8.GetString(start).Take(Shown).Select(c => char.IsControl(c) || c == '\ufffd' ? ' ' : c)]);
        return $"'{text.Trim()}'";
    }
}
