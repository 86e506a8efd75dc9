using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace NodeForge.Images.Fetching;

/// <summary>What a failed exchange means, and whether asking again may help.</summary>
internal sealed class HttpFailures(HttpConnections connections, TimeProvider time)
{
    /// <summary>No answer came.</summary>
    public TransferFailure Unanswered(Uri address, HttpRequestException failure) =>
        failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => new(
                new Diagnostic(ErrorCodes.HostNotFound, $"the name {address.Host} cannot be resolved")
                {
                    Where = Place(address),
                    Got = Innermost(failure),
                    Hint = "check the name, the machine's DNS and the proxy settings (http_proxy, https_proxy, no_proxy)",
                },
                failure
            ),
            HttpRequestError.SecureConnectionError => new(
                new Diagnostic(ErrorCodes.TlsFailed, $"no trusted connection to {address.Host}")
                {
                    Where = Place(address),
                    Got = connections.RefusedCertificate(address.Host) ?? Innermost(failure),
                    Hint = "add the authority with update-ca-certificates, or name its file in SSL_CERT_FILE",
                },
                failure
            )
            {
                Permanent = connections.RefusedCertificate(address.Host) is not null,
            },
            HttpRequestError.ProxyTunnelError => Proxy(address, Innermost(failure), failure),
            _ => new(
                new Diagnostic(ErrorCodes.ServerUnreachable, $"{address.Host} cannot be reached")
                {
                    Where = Place(address),
                    Got = Refused(failure) ? $"connection refused at port {address.Port}" : Innermost(failure),
                    Hint = "check that the server runs and that no firewall or proxy setting stands in between",
                },
                failure
            ),
        };

    /// <summary>An answer came, and it is no file.</summary>
    public TransferFailure Answered(Source source, Uri address, HttpResponseMessage answer)
    {
        int status = (int)answer.StatusCode;
        return status switch
        {
            404 or 410 => Gone(source, address, status),
            401 or 403 => new(
                Told(
                    ErrorCodes.AccessDenied,
                    $"{address.Host} refuses access to {source.Name}",
                    address,
                    answer,
                    "write user and password into the mirror's address, https://USER:PASSWORD@HOST/, or choose a mirror that asks for none"
                )
            )
            {
                Permanent = true,
            },
            407 => Proxy(address, $"{status} {answer.ReasonPhrase}", null),
            416 => new(
                Told(
                    ErrorCodes.RequestRefused,
                    $"{address.Host} does not have the rest of {source.Name}",
                    address,
                    answer,
                    "run again: the download starts over"
                )
            )
            {
                DropPartial = true,
                Restart = true,
            },
            408 or 425 or 429 or >= 500 => Passing(source, address, answer, status),
            _ => new(Told(ErrorCodes.RequestRefused, $"{address.Host} does not give {source.Name}", address, answer, "correct the address"))
            {
                Permanent = true,
            },
        };
    }

    /// <summary>The connection broke within the body.</summary>
    public static TransferFailure Broken(Source source, string address, long at, IOException failure)
    {
        bool truncated = failure is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded };
        return truncated
            ? Truncated(source, address, at, failure)
            : new(
                new Diagnostic(ErrorCodes.ServerUnreachable, $"the connection broke while fetching {source.Name}")
                {
                    Where = new(address, Detail: Place(source, at)),
                    Got = Innermost(failure),
                    Hint = "run again: what arrived is kept",
                },
                failure
            );
    }

    public static TransferFailure Truncated(Source source, string address, long at, Exception? failure) =>
        new(
            new Diagnostic(ErrorCodes.DownloadTruncated, $"{source.Name} is truncated at {Place(source, at)}")
            {
                Where = new(address),
                Hint = "run again: what arrived is kept",
            },
            failure
        );

    public static TransferFailure Stalled(Source source, string address, long? at, FetchOptions options) =>
        new(
            new Diagnostic(ErrorCodes.DownloadStalled, at is null ? $"no answer for {source.Name}" : $"{source.Name} makes no progress")
            {
                Where = new(address, Detail: at is { } position ? Place(source, position) : null),
                Got = $"less than {options.LeastProgress} bytes in {options.StallTimeout.TotalSeconds:0.###} s",
                Hint = "run again: what arrived is kept; or name a nearer mirror",
            }
        );

    private TransferFailure Passing(Source source, Uri address, HttpResponseMessage answer, int status)
    {
        string what = status == 429 ? $"{address.Host} limits the rate of requests" : $"{address.Host} fails to give {source.Name}";
        return new(Told(ErrorCodes.ServerFailed, what, address, answer, "run again later, or name a mirror in NODEFORGE_MIRRORS"))
        {
            RetryAfter = Pauses.Asked(answer.Headers.RetryAfter, time.GetUtcNow()),
        };
    }

    private static TransferFailure Gone(Source source, Uri address, int status) =>
        new(
            source.Kind == SourceKind.DebianPackage
                ? new Diagnostic(ErrorCodes.LockedPackageGone, $"the mirror no longer has {source.Name}")
                {
                    Where = Place(address),
                    Got = $"status {status}",
                    Hint =
                        $"name a snapshot mirror in NODEFORGE_DEBIAN_SNAPSHOT_MIRROR, or run 'nodeforge lock RECIPE --update {source.Name.Split(' ')[0]}'",
                }
                : new Diagnostic(ErrorCodes.SourceGone, $"the server no longer has {source.Name}")
                {
                    Where = Place(address),
                    Got = $"status {status}",
                    Hint =
                        $"correct the address, name a mirror in NODEFORGE_MIRRORS, or run 'nodeforge lock RECIPE --update {source.Name.Split(' ')[0]}'",
                }
        )
        {
            Permanent = true,
        };

    private static TransferFailure Proxy(Uri address, string got, Exception? inner) =>
        new(
            new Diagnostic(ErrorCodes.ProxyFailed, $"the proxy does not let the request to {address.Host} through")
            {
                Where = Place(address),
                Got = got,
                Hint = "correct http_proxy, https_proxy or no_proxy, with user and password if the proxy wants them",
            },
            inner
        )
        {
            Permanent = true,
        };

    private static Diagnostic Told(ErrorCode code, string what, Uri address, HttpResponseMessage answer, string hint) =>
        new(code, what)
        {
            Where = Place(address),
            Got = $"status {(int)answer.StatusCode} {answer.ReasonPhrase}".TrimEnd() + Led(answer),
            Hint = hint,
        };

    // A redirect that comes this far leads to no web page, out of TLS, or on and on.
    private static string Led(HttpResponseMessage answer) =>
        (int)answer.StatusCode is < 300 or > 399 ? ""
        : answer.Headers.NonValidated.TryGetValues("Location", out HeaderStringValues values) ? $", Location: {values}"
        : ", no Location";

    // User information in an address is a password more often than not.
    private static Location Place(Uri address) => new(address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));

    private static string Place(Source source, long at) => source.Size < 0 ? $"byte {at}" : $"byte {at} of {source.Size}";

    private static bool Refused(Exception failure) =>
        Chain(failure).OfType<SocketException>().Any(socket => socket.SocketErrorCode == SocketError.ConnectionRefused);

    private static string Innermost(Exception failure) => Chain(failure).Last().Message;

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (Exception? at = failure; at is not null; at = at.InnerException)
            yield return at;
    }
}
