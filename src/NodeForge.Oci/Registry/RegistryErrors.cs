using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace NodeForge.Oci.Registry;

/// <summary>What went wrong at a registry, in the house's words.</summary>
internal static class RegistryErrors
{
    private const int ShownCharacters = 80;

    public static NodeForgeException OfResponse(
        RegistryEndpoint endpoint,
        Uri resource,
        HttpResponseMessage response,
        byte[] body,
        TimeProvider? clock,
        RegistryCredential? user = null
    )
    {
        HttpStatusCode status = response.StatusCode;
        TimeSpan? retryAfter = RetryAfter(response.Headers.RetryAfter, clock);
        Uri answered = response.RequestMessage?.RequestUri ?? resource;
        string who = endpoint.Owns(answered) ? endpoint.Registry : $"{answered.Authority}, where {endpoint.Registry} leads,";
        (ErrorCode code, string what) = status switch
        {
            HttpStatusCode.Unauthorized => (
                ErrorCodes.RegistryUnauthorized,
                user is null ? $"{who} asks for credentials" : $"{who} does not take the credentials of user {user.UserName}"
            ),
            HttpStatusCode.Forbidden => (ErrorCodes.RegistryForbidden, $"{who} refuses"),
            HttpStatusCode.NotFound => (ErrorCodes.RegistryNotFound, $"{who} does not have it"),
            HttpStatusCode.TooManyRequests => (ErrorCodes.RegistryRateLimited, $"{who} limits the rate of requests"),
            HttpStatusCode.ProxyAuthenticationRequired => (ErrorCodes.RegistryUnreachable, "the proxy asks for credentials"),
            _ => (ErrorCodes.RegistryFailed, $"{who} answered with an error"),
        };
        bool transient = status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;
        return new RegistryFailure(endpoint.Registry, status, transient, retryAfter).Attach(
            new(
                new Diagnostic(code, what)
                {
                    Where = new(Shown(resource), Detail: Shown(answered) == Shown(resource) ? null : $"by way of {Shown(answered)}"),
                    Got = $"{(int)status} {Sample(body)}".TrimEnd(),
                    Hint = Hint(endpoint, code, retryAfter),
                }
            )
        );
    }

    public static NodeForgeException Unreachable(RegistryEndpoint endpoint, Uri address, Exception broken)
    {
        bool certificate = broken is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };
        ErrorCode code = certificate ? ErrorCodes.RegistryCertificateRefused : ErrorCodes.RegistryUnreachable;
        string what = certificate
            ? $"the connection to {address.Host} is not trusted"
            : $"{endpoint.Registry} did not answer, or the connection broke";
        return new RegistryFailure(endpoint.Registry, null, Transient: !certificate, null).Attach(
            new(
                new Diagnostic(code, what)
                {
                    Where = new(Shown(address)),
                    Got = (broken.InnerException ?? broken).Message,
                    Hint = certificate
                        ? "add its authority to the machine's trusted ones, or correct the clock"
                        : "check the name, the network and the proxy",
                },
                broken
            )
        );
    }

    /// <summary>Nothing came for as long as the options allow.</summary>
    public static NodeForgeException Silent(RegistryEndpoint endpoint, Uri address, Exception late) =>
        new RegistryFailure(endpoint.Registry, null, Transient: true, null).Attach(
            new(
                new Diagnostic(ErrorCodes.RegistryUnreachable, $"{address.Authority} keeps silent, or sends too slowly to ever finish")
                {
                    Where = new(Shown(address)),
                    Got = "no end of its answer in the time that it has",
                    Hint = "run again later; if it stays so, check the network and the proxy, or set a mirror in NODEFORGE_MIRRORS",
                },
                late
            )
        );

    public static NodeForgeException Invalid(RegistryEndpoint endpoint, string what, string got, Uri resource, string? want = null) =>
        new RegistryFailure(endpoint.Registry, null, Transient: false, null).Attach(
            new(
                new Diagnostic(ErrorCodes.RegistryResponseInvalid, what)
                {
                    Where = new(Shown(resource)),
                    Got = got,
                    Want = want,
                    Hint = $"check the name {endpoint.Registry} and the proxy: what answers does not speak the registry protocol",
                }
            )
        );

    /// <summary>The registry wants something to go where others could read it.</summary>
    public static NodeForgeException Unsafe(RegistryEndpoint endpoint, string what, string got, Uri resource) =>
        new RegistryFailure(endpoint.Registry, null, Transient: false, null).Attach(
            new(
                new Diagnostic(ErrorCodes.RegistryRedirectUnsafe, what)
                {
                    Where = new(Shown(resource)),
                    Got = got,
                    Want = "an https:// address",
                    Hint = $"nothing was sent there; tell the owner of {endpoint.Registry}, or take a mirror",
                }
            )
        );

    public static NodeForgeException Mismatch(
        RegistryEndpoint endpoint,
        string resource,
        string what,
        string got,
        string want,
        bool transient
    ) =>
        new RegistryFailure(endpoint.Registry, null, transient, null).Attach(
            new(
                new Diagnostic(ErrorCodes.RegistryContentMismatch, what)
                {
                    Where = new(resource),
                    Got = got,
                    Want = want,
                }
            )
        );

    /// <summary>The first characters of a body that are safe to print, white space as single blanks.</summary>
    public static string Sample(ReadOnlySpan<byte> body)
    {
        string text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4 * ShownCharacters)]);
        string flat = Printable.Escape(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return flat.Length <= ShownCharacters ? flat : flat[..ShownCharacters] + "…";
    }

    private static string? Hint(RegistryEndpoint endpoint, ErrorCode code, TimeSpan? retryAfter)
    {
        if (code == ErrorCodes.RegistryUnauthorized || code == ErrorCodes.RegistryForbidden)
            return $"check the repository's name; if it is right: docker login {endpoint.Registry}";
        if (retryAfter is { } wait)
            return $"the registry asks to wait {wait.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s";
        return code == ErrorCodes.RegistryNotFound ? "check the reference" : "run again later, or set a mirror in NODEFORGE_MIRRORS";
    }

    // The query of an address that storage gave out is as good as a password.
    private static string Shown(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider? clock)
    {
        TimeSpan? wait = header?.Delta ?? header?.Date - clock?.GetUtcNow();
        return wait is { } time && time < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
