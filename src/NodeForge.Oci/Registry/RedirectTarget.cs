using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>The address in an answer's Location header.</summary>
public static class RedirectTarget
{
    /// <summary>Reads the header as it came: the framework's own reader takes what it cannot read for absent, and some of what it can read
    /// cannot be asked.</summary>
    /// <param name="from">What was asked; a relative Location counts from it (RFC 9110 10.2.2).</param>
    /// <param name="headers">Of the answer.</param>
    /// <returns>An http or https address without a fragment, null where there is none; and the header's text, null where there is
    /// none.</returns>
    public static (Uri? Address, string? Told) Read(Uri from, HttpResponseHeaders headers)
    {
        string? told = headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? values.FirstOrDefault() : null;
        return (told is null ? null : Parse(from, told), told);
    }

    private static Uri? Parse(Uri from, string told)
    {
        // A path counts from the server on every system, also where it could be taken for a file.
        bool path = told.StartsWith('/') && !told.StartsWith("//", StringComparison.Ordinal);
        bool read = path
            ? Uri.TryCreate(from.GetLeftPart(UriPartial.Authority) + told, UriKind.Absolute, out Uri? target)
            : Uri.TryCreate(from, told, out target);
        if (!read || !target!.IsAbsoluteUri || target.Scheme is not ("http" or "https") || target.Host.Length == 0)
            return null;
        return target.Fragment.Length == 0 ? target : new Uri(target.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));
    }
}
