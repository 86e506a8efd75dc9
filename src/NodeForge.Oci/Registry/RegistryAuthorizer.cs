using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NodeForge.Oci.Registry;

/// <summary>Gets and keeps the answers to registries' challenges: one per registry and scope.</summary>
internal sealed class RegistryAuthorizer(HttpClient http, RegistryOptions options)
{
    private const int LongestToken = 1 << 20; // bytes of a token server's answer
    private readonly ConcurrentDictionary<(string Registry, string Scope), AuthenticationHeaderValue> known = new();

    public AuthenticationHeaderValue? Known(RegistryEndpoint endpoint, string scope) => known.GetValueOrDefault((endpoint.Registry, scope));

    /// <summary>Answers a challenge.</summary>
    /// <returns>Null when there is no answer: no challenge, or one for a password that we do not have.</returns>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(RegistryEndpoint endpoint, string scope, BearerChallenge? challenge, CancellationToken cancellationToken)
    {
        known.TryRemove((endpoint.Registry, scope), out _);
        if (challenge is null)
            return null;
        RegistryCredential? credential = await options.Credentials.FindAsync(endpoint.Registry, cancellationToken).ConfigureAwait(false);
        AuthenticationHeaderValue? answer = challenge.Scheme == "basic"
            ? credential is null ? null : Basic(credential)
            : new("Bearer", await GetTokenAsync(endpoint, scope, challenge, credential, cancellationToken).ConfigureAwait(false));
        if (answer is not null)
            known[(endpoint.Registry, scope)] = answer;
        return answer;
    }

    private async Task<string> GetTokenAsync(RegistryEndpoint endpoint, string scope, BearerChallenge challenge, RegistryCredential? credential, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(challenge.Realm, UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("https" or "http"))
            throw RegistryErrors.Invalid(endpoint, "the registry asks for a token and names no server for it", challenge.Realm ?? "no realm");
        if (realm.Scheme == "http" && !endpoint.IsPlain)
            throw RegistryErrors.Invalid(endpoint, "the registry asks for credentials to be sent without TLS", challenge.Realm!);
        using HttpRequestMessage request = credential is { IsIdentityToken: true } ? Exchange(realm, scope, challenge, credential) : Ask(realm, scope, challenge, credential);
        using HttpResponseMessage response = await SendAsync(endpoint, request, cancellationToken).ConfigureAwait(false);
        byte[] body = await ResponseBody.ReadAsync(response, LongestToken, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw RegistryErrors.OfResponse(endpoint, realm.GetLeftPart(UriPartial.Path), response, body, options.Clock, credential?.UserName);
        return TokenIn(body) ?? throw RegistryErrors.Invalid(endpoint, "the token server's answer holds no token", realm.GetLeftPart(UriPartial.Path));
    }

    private async Task<HttpResponseMessage> SendAsync(RegistryEndpoint endpoint, HttpRequestMessage request, CancellationToken cancellationToken)
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

    private static HttpRequestMessage Ask(Uri realm, string scope, BearerChallenge challenge, RegistryCredential? credential)
    {
        StringBuilder address = new(realm.ToString());
        char separator = realm.Query.Length == 0 ? '?' : '&';
        if (challenge.Service is { } service)
        {
            address.Append(separator).Append("service=").Append(Uri.EscapeDataString(service));
            separator = '&';
        }

        address.Append(separator).Append("scope=").Append(Uri.EscapeDataString(challenge.Scope ?? scope));
        HttpRequestMessage request = new(HttpMethod.Get, address.ToString());
        if (credential is not null)
            request.Headers.Authorization = Basic(credential);
        return request;
    }

    // distribution's token specification, "oauth2": a refresh token goes in a form.
    private static HttpRequestMessage Exchange(Uri realm, string scope, BearerChallenge challenge, RegistryCredential credential) => new(HttpMethod.Post, realm)
    {
        Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = credential.Secret,
            ["client_id"] = "nodeforge",
            ["service"] = challenge.Service ?? "",
            ["scope"] = challenge.Scope ?? scope,
        }),
    };

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Secret}")));

    private static string? TokenIn(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            foreach (string name in (ReadOnlySpan<string>)["token", "access_token"])
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out JsonElement token)
                    && token.ValueKind == JsonValueKind.String && token.GetString() is { Length: > 0 } text && text.All(c => c is > ' ' and < (char)127))
                    return text;
            }
        }
        catch (JsonException)
        {
            // An HTML page, say: the caller names the server.
        }

        return null;
    }
}
