using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>Sends requests with the authorisation that the registry asks for.</summary>
/// <remarks>One refresh of a token, no retries: those are the fetcher's.</remarks>
internal sealed class RegistryConnection : IDisposable
{
    private const int ErrorBody = 4 << 10; // bytes; a sample of it is shown
    private readonly RegistryTransport transport;
    private readonly RegistryAuthorizer authorizer;

    public RegistryConnection(HttpMessageHandler handler, RegistryOptions options)
    {
        Options = options;
        transport = new(handler, options);
        authorizer = new(transport, options);
    }

    public RegistryOptions Options { get; }

    public RegistryEndpoint EndpointOf(string registry) => RegistryEndpoint.Of(registry, Options);

    /// <summary>Sends a request and gives its answer whatever the status, but for a 401 of the registry itself that credentials or a token
    /// could answer.</summary>
    /// <param name="endpoint">The registry.</param>
    /// <param name="scope">As in the token specification: <c>repository:NAME:pull</c>.</param>
    /// <param name="address">The registry's, or one that it gave: only the former sees credentials.</param>
    /// <param name="makeRequest">Makes the request anew for every attempt.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(
        RegistryEndpoint endpoint,
        string scope,
        Uri address,
        Func<Uri, HttpRequestMessage> makeRequest,
        CancellationToken cancellationToken
    )
    {
        AuthenticationHeaderValue? known = authorizer.Known(endpoint, scope);
        HttpResponseMessage response = await transport
            .SendAsync(endpoint, address, makeRequest, known, endpoint.Address, cancellationToken)
            .ConfigureAwait(false);
        // Whoever else asks for credentials does so for himself: his token server would be given the registry's.
        if (response.StatusCode != HttpStatusCode.Unauthorized || !endpoint.Owns(response.RequestMessage?.RequestUri))
            return response;
        AuthenticationHeaderValue? answer;
        try
        {
            answer = await authorizer
                .AnswerAsync(endpoint, scope, BearerChallenge.From(response.Headers), cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (answer is null)
            return response;
        response.Dispose();
        return await transport.SendAsync(endpoint, address, makeRequest, answer, endpoint.Address, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The error that an answer is.</summary>
    /// <param name="endpoint">The registry.</param>
    /// <param name="resource">What it was asked for.</param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<NodeForgeException> FailureAsync(
        RegistryEndpoint endpoint,
        Uri resource,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        byte[] body = [];
        try
        {
            body = await ResponseBody.ReadAsync(endpoint, response, ErrorBody, Options, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException)
        {
            // The status says enough.
        }

        bool refused = response.StatusCode == HttpStatusCode.Unauthorized && endpoint.Owns(response.RequestMessage?.RequestUri);
        RegistryCredential? credential = refused
            ? await Options.Credentials.FindAsync(endpoint.Registry, cancellationToken).ConfigureAwait(false)
            : null;
        return RegistryErrors.OfResponse(endpoint, resource, response, body, Options.Clock, credential);
    }

    public void Dispose() => transport.Dispose();
}
