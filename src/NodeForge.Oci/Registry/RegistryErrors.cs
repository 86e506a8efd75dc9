using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace NodeForge.Oci.Registry;

/// <summary>What went wrong at a registry, in the house's words.</summary>
internal static class RegistryErrors
{
    private const int ShownCharacters = 80;

    public static NodeForgeException OfResponse(RegistryEndpoint endpoint, string resource, HttpResponseMessage response, byte[] body, TimeProvider clock, string? user = null)
    {
        HttpStatusCode status = response.StatusCode;
        TimeSpan? retryAfter = RetryAfter(response.Headers.RetryAfter, clock);
        (ErrorCode code, string what) = status switch
        {
            HttpStatusCode.Unauthorized => (ErrorCodes.RegistryUnauthorized, user is null ? $"{endpoint.Registry} asks for credentials" : $"{endpoint.Registry} does not take the credentials of user {user}"),
            HttpStatusCode.Forbidden => (ErrorCodes.RegistryForbidden, $"{endpoint.Registry} refuses"),
            HttpStatusCode.NotFound => (ErrorCodes.RegistryNotFound, $"{endpoint.Registry} does not have it"),
            HttpStatusCode.TooManyRequests => (ErrorCodes.RegistryRateLimited, $"{endpoint.Registry} limits the rate of requests"),
            HttpStatusCode.ProxyAuthenticationRequired => (ErrorCodes.RegistryUnreachable, "the proxy asks for credentials"),
            _ => (ErrorCodes.RegistryFailed, $"{endpoint.Registry} answered with an error"),
        };
        bool transient = status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;
        string got = $"{(int)status} {Sample(body)}".TrimEnd();
        return new RegistryFailure(endpoint.Registry, status, transient, retryAfter).Attach(new(new Diagnostic(code, what)
        {
            Where = new(resource),
            Got = got,
            Mend = Mend(endpoint, code, retryAfter),
        }));
    }

    public static NodeForgeException Unreachable(RegistryEndpoint endpoint, Uri address, Exception broken)
    {
        bool certificate = broken is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };
        ErrorCode code = certificate ? ErrorCodes.RegistryCertificateRefused : ErrorCodes.RegistryUnreachable;
        string what = certificate ? $"the connection to {address.Host} is not trusted" : $"{endpoint.Registry} did not answer, or the connection broke";
        return new RegistryFailure(endpoint.Registry, null, Transient: !certificate, null).Attach(new(new Diagnostic(code, what)
        {
            Where = new(address.GetLeftPart(UriPartial.Path)),
            Got = (broken.InnerException ?? broken).Message,
            Mend = certificate ? "add its authority to the machine's trusted ones, or correct the clock" : "check the name, the network and the proxy",
        }, broken));
    }

    public static NodeForgeException Invalid(RegistryEndpoint endpoint, string what, string got, string? resource = null) =>
        new RegistryFailure(endpoint.Registry, null, Transient: false, null).Attach(new(new Diagnostic(ErrorCodes.RegistryResponseInvalid, what)
        {
            Where = new(resource ?? endpoint.Address.ToString()),
            Got = got,
        }));

    public static NodeForgeException Mismatch(RegistryEndpoint endpoint, string resource, string what, string got, string want, bool transient) =>
        new RegistryFailure(endpoint.Registry, null, transient, null).Attach(new(new Diagnostic(ErrorCodes.RegistryContentMismatch, what)
        {
            Where = new(resource),
            Got = got,
            Want = want,
        }));

    /// <summary>The first characters of a body that are safe to print, white space as single blanks.</summary>
    public static string Sample(ReadOnlySpan<byte> body)
    {
        string text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4 * ShownCharacters)]);
        string flat = Printable.Escape(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return flat.Length <= ShownCharacters ? flat : flat[..ShownCharacters] + "…";
    }

    private static string? Mend(RegistryEndpoint endpoint, ErrorCode code, TimeSpan? retryAfter)
    {
        if (code == ErrorCodes.RegistryUnauthorized || code == ErrorCodes.RegistryForbidden)
            return $"check the repository's name; if it is right: docker login {endpoint.Registry}";
        if (retryAfter is { } wait)
            return $"the registry asks to wait {wait.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s";
        return code == ErrorCodes.RegistryNotFound ? "check the reference" : "run again later, or set a mirror in NODEFORGE_MIRRORS";
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider clock)
    {
        TimeSpan? wait = header?.Delta ?? header?.Date - clock.GetUtcNow();
        return wait is { } time && time < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
