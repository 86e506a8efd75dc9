using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>Sends requests with authorisation and follows redirects without it.</summary>
/// <remarks>One refresh of a token, no retries: those are the fetcher's.</remarks>
internal sealed class RegistryConnection : IDisposable
{
    private const int MostRedirects = 5;
    private const int ErrorBody = 4 << 10; // bytes; a sample of it is shown
    private readonly HttpClient http;
    private readonly RegistryOptions options;
    private readonly RegistryAuthorizer authorizer;

    public RegistryConnection(HttpMessageHandler handler, RegistryOptions options)
    {
        // Stalls are judged by progress, by whoever reads; a limit on the total would fail large layers on slow lines.
        http = new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("nodeforge");
        this.options = options;
        authorizer = new(http, options);
    }

    public RegistryEndpoint EndpointOf(string registry) => RegistryEndpoint.Of(registry, options);

    /// <summary>Sends a request and gives its answer whatever the status, but for a 401 that credentials or a token could answer.</summary>
    /// <param name="endpoint">The registry.</param>
    /// <param name="scope">As in the token specification: <c>repository:NAME:pull</c>.</param>
    /// <param name="makeRequest">Makes the request anew for every attempt: a sent one cannot be sent again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(RegistryEndpoint endpoint, string scope, Func<HttpRequestMessage> makeRequest, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendOnceAsync(endpoint, makeRequest(), authorizer.Known(endpoint, scope), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;
        BearerChallenge? challenge = BearerChallenge.From(response.Headers);
        AuthenticationHeaderValue? answer;
        try
        {
            answer = await authorizer.AnswerAsync(endpoint, scope, challenge, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (answer is null)
            return response;
        response.Dispose();
        return await SendOnceAsync(endpoint, makeRequest(), answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The error that an answer is.</summary>
    public async Task<NodeForgeException> FailureAsync(RegistryEndpoint endpoint, string resource, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = [];
        try
        {
            body = await ResponseBody.ReadAsync(response, ErrorBody, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            // The status says enough.
        }

        RegistryCredential? credential = response.StatusCode == HttpStatusCode.Unauthorized
            ? await options.Credentials.FindAsync(endpoint.Registry, cancellationToken).ConfigureAwait(false)
            : null;
        return RegistryErrors.OfResponse(endpoint, resource, response, body, options.Clock, credential?.UserName);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryEndpoint endpoint, HttpRequestMessage first, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = first;
        request.Headers.Authorization = authorization;
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage response;
            using (request)
                response = await SendPlainAsync(endpoint, request, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response) || response.Headers.Location is null)
                return response;
            using (response)
            {
                if (redirects == MostRedirects)
                    throw RegistryErrors.Invalid(endpoint, $"the registry redirects more than {MostRedirects} times", request.RequestUri!.GetLeftPart(UriPartial.Path));
                request = Follow(endpoint, request, response.Headers.Location);
            }
        }
    }

    private async Task<HttpResponseMessage> SendPlainAsync(RegistryEndpoint endpoint, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException broken)
        {
            throw RegistryErrors.Unreachable(endpoint, request.RequestUri!, broken);
        }
    }

    // Only reads are followed: a body that was streamed is gone, and registries answer uploads themselves.
    private static bool IsRedirect(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && (response.RequestMessage!.Method == HttpMethod.Get || response.RequestMessage.Method == HttpMethod.Head);

    private static HttpRequestMessage Follow(RegistryEndpoint endpoint, HttpRequestMessage from, Uri location)
    {
        Uri target = new(from.RequestUri!, location);
        if (target.Scheme is not ("http" or "https") || (target.Scheme == "http" && from.RequestUri!.Scheme == "https"))
            throw RegistryErrors.Invalid(endpoint, "the registry redirects from TLS to a plain address", target.GetLeftPart(UriPartial.Path));
        HttpRequestMessage next = new(from.Method, target);
        foreach ((string name, IEnumerable<string> values) in from.Headers)
        {
            // Storage behind a registry refuses foreign credentials at best, and keeps them at worst.
            if (name != "Authorization" || target.GetLeftPart(UriPartial.Authority) == from.RequestUri!.GetLeftPart(UriPartial.Authority))
                next.Headers.TryAddWithoutValidation(name, values);
        }

        return next;
    }

    public void Dispose() => http.Dispose();
}
