using NodeForge.Oci.Registry;

namespace NodeForge.Images.Fetching;

/// <summary>Logs in by the address that is asked, follows redirects that lead to a web page, and gives back the others as they are: whoever
/// asked knows what to say of them.</summary>
/// <remarks>The framework's own way of following ends in errors of the program where a Location cannot be asked.</remarks>
internal sealed class FollowingRedirects(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int Most = 10;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= Login.Of(request.RequestUri!);
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            bool redirected = (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && request.Method == HttpMethod.Get;
            if (
                !redirected
                || redirects == Most
                || RedirectTarget.Read(request.RequestUri!, answer.Headers).Address is not { } target
                || (target.Scheme == Uri.UriSchemeHttp && request.RequestUri!.Scheme == Uri.UriSchemeHttps)
            )
                return answer;
            answer.Dispose();
            // What is meant for one host is never sent to another, and what a server writes into an address is nobody's login.
            if (!Origin.Same(request.RequestUri!, target))
                request.Headers.Authorization = null;
            request.RequestUri = target;
        }
    }
}
