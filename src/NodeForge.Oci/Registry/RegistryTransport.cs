using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>Sends requests to registries and token servers: follows redirects, waits no longer than the options allow, and shows
/// credentials to nobody else.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private readonly HttpClient http;
    private readonly RegistryOptions options;

    public RegistryTransport(HttpMessageHandler handler, RegistryOptions options)
    {
        // A limit on the total would fail large layers on slow lines.
        http = new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("nodeforge");
        this.options = options;
    }

    /// <summary>Sends a request and gives its answer whatever the status.</summary>
    /// <param name="endpoint">The registry, for errors.</param>
    /// <param name="address">Where to.</param>
    /// <param name="makeRequest">Makes the request anew for every address: a sent one cannot be sent again.</param>
    /// <param name="authorization">Sent as long as all addresses are of <paramref name="owner"/>; a way that leads elsewhere and back may
    /// be somebody else's.</param>
    /// <param name="owner">Whom the authorisation is for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(
        RegistryEndpoint endpoint,
        Uri address,
        Func<Uri, HttpRequestMessage> makeRequest,
        AuthenticationHeaderValue? authorization,
        Uri owner,
        CancellationToken cancellationToken
    )
    {
        Uri target = address;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = makeRequest(target);
            authorization = Origin.Same(target, owner) ? authorization : null;
            request.Headers.Authorization = authorization;
            HttpResponseMessage response = await SendOnceAsync(endpoint, request, cancellationToken).ConfigureAwait(false);
            try
            {
                if (!Redirects.Follows(endpoint, request, response))
                    return response;
                if (redirects == Redirects.Most)
                    throw RegistryErrors.Invalid(
                        endpoint,
                        $"the registry redirects more than {Redirects.Most} times",
                        target.GetLeftPart(UriPartial.Path),
                        address,
                        "an answer"
                    );
                target = Redirects.Target(endpoint, target, response);
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        RegistryEndpoint endpoint,
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        using ExchangeLimit limit = new(options.StallTimeout, cancellationToken);
        if (request.Content is { } content)
            request.Content = new PacedContent(content, limit, options);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException broken) when (!limit.Expired)
        {
            throw RegistryErrors.Unreachable(endpoint, request.RequestUri!, broken);
        }
        catch (Exception late)
            when (late is OperationCanceledException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw RegistryErrors.Silent(endpoint, request.RequestUri!, late);
        }
    }

    public void Dispose() => http.Dispose();
}
