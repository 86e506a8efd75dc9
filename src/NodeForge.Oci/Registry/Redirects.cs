using System.Globalization;
using System.Net;
using System.Text;

namespace NodeForge.Oci.Registry;

/// <summary>Where an answer sends the client.</summary>
internal static class Redirects
{
    public const int Most = 5;

    /// <summary>Whether an answer is a redirect that says where to send the same request again (RFC 9110 15.4).</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.RegistryResponseInvalid"/>: it is one after which only a read may follow,
    /// and this was none.</exception>
    public static bool Follows(RegistryEndpoint endpoint, HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            return true;
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther))
            return false;
        if (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head)
            return true;
        string status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        throw RegistryErrors.Invalid(
            endpoint,
            $"a {request.Method} is redirected as only a read can be",
            $"status {status}",
            request.RequestUri!,
            "an answer, or a redirect with status 307 or 308"
        );
    }

    /// <summary>The address in an answer's Location, without a fragment.</summary>
    /// <param name="endpoint">The registry.</param>
    /// <param name="from">What was asked: a relative Location counts from it.</param>
    /// <param name="response">The answer.</param>
    /// <exception cref="NodeForgeException">
    /// <see cref="ErrorCodes.RegistryResponseInvalid"/>: there is none that can be asked; <see cref="ErrorCodes.RegistryRedirectUnsafe"/>:
    /// it leads out of TLS.
    /// </exception>
    public static Uri Target(RegistryEndpoint endpoint, Uri from, HttpResponseMessage response)
    {
        const string want = "a Location with an http:// or https:// address";
        string what = $"the answer {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)} leads nowhere";
        (Uri? target, string? told) = RedirectTarget.Read(from, response.Headers);
        if (target is null)
            throw RegistryErrors.Invalid(
                endpoint,
                what,
                told is null ? "no Location" : $"Location: {RegistryErrors.Sample(Encoding.UTF8.GetBytes(told))}",
                from,
                want
            );
        if (target.Scheme == "http" && from.Scheme == "https")
            throw RegistryErrors.Unsafe(
                endpoint,
                "the registry leads from TLS to a plain address",
                target.GetLeftPart(UriPartial.Path),
                from
            );
        return target;
    }

    /// <summary>An address with more in its query; what is there stays as it is.</summary>
    /// <param name="address">Loses its fragment.</param>
    /// <param name="query">Escaped, without the first separator.</param>
    public static Uri With(Uri address, string query)
    {
        string kept = address.Query.TrimStart('?').TrimEnd('&');
        return new(address.GetLeftPart(UriPartial.Path) + "?" + (kept.Length == 0 ? "" : kept + "&") + query);
    }
}
