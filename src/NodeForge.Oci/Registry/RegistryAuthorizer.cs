using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NodeForge.Oci.Registry;

/// <summary>Gets and keeps the answers to registries' challenges: one per registry and scope.</summary>
internal sealed class RegistryAuthorizer(RegistryTransport transport, RegistryOptions options)
{
    private const int LongestToken = 1 << 20; // bytes of a token server's answer
    private readonly ConcurrentDictionary<(string Registry, string Scope), AuthenticationHeaderValue> known = new();

    public AuthenticationHeaderValue? Known(RegistryEndpoint endpoint, string scope) => known.GetValueOrDefault((endpoint.Registry, scope));

    /// <summary>Answers a challenge that the registry itself has sent.</summary>
    /// <returns>Null when there is no answer: no challenge, or one for a password that we do not have.</returns>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(
        RegistryEndpoint endpoint,
        string scope,
        BearerChallenge? challenge,
        CancellationToken cancellationToken
    )
    {
        known.TryRemove((endpoint.Registry, scope), out _);
        if (challenge is null)
            return null;
        RegistryCredential? credential = await options.Credentials.FindAsync(endpoint.Registry, cancellationToken).ConfigureAwait(false);
        AuthenticationHeaderValue? answer =
            challenge.Scheme == "basic"
                ? credential is { IsPassword: true }
                    ? Basic(credential)
                    : null
                : new("Bearer", await TokenAsync(endpoint, scope, challenge, credential, cancellationToken).ConfigureAwait(false));
        if (answer is not null)
            known[(endpoint.Registry, scope)] = answer;
        return answer;
    }

    private async Task<string> TokenAsync(
        RegistryEndpoint endpoint,
        string scope,
        BearerChallenge challenge,
        RegistryCredential? credential,
        CancellationToken cancellationToken
    )
    {
        if (credential is { IsRegistryToken: true })
            return credential.Secret;
        Uri realm = Realm(endpoint, challenge);
        using HttpResponseMessage response = credential is { IsIdentityToken: true }
            ? await transport
                .SendAsync(
                    endpoint,
                    realm,
                    address => Exchange(endpoint, realm, address, scope, challenge, credential),
                    null,
                    realm,
                    cancellationToken
                )
                .ConfigureAwait(false)
            : await transport
                .SendAsync(
                    endpoint,
                    Asking(realm, scope, challenge),
                    address => new(HttpMethod.Get, address),
                    credential is null ? null : Basic(credential),
                    realm,
                    cancellationToken
                )
                .ConfigureAwait(false);
        byte[] body = await ResponseBody.ReadAsync(endpoint, response, LongestToken, options, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw RegistryErrors.OfResponse(endpoint, realm, response, body, options.Clock, credential);
        if (body.Length > LongestToken)
            throw RegistryErrors.Invalid(endpoint, "the token server's answer is too long", $"more than {LongestToken} bytes", realm);
        // What is no token is not shown: it may hold one all the same.
        string type = response.Content.Headers.ContentType?.MediaType ?? "no type";
        return TokenIn(body)
            ?? throw RegistryErrors.Invalid(
                endpoint,
                "the token server's answer holds no token",
                $"{body.Length} bytes of {type}",
                realm,
                "JSON with a text 'token' or 'access_token'"
            );
    }

    private Uri Realm(RegistryEndpoint endpoint, BearerChallenge challenge)
    {
        if (
            !Uri.TryCreate(challenge.Realm, UriKind.Absolute, out Uri? realm)
            || realm.Scheme is not ("https" or "http")
            || realm.Host.Length == 0
        )
            throw RegistryErrors.Invalid(
                endpoint,
                "the registry names no server for a token",
                challenge.Realm ?? "no realm",
                endpoint.Address,
                "a realm with an https:// address"
            );
        if (realm.Scheme == "http" && !(endpoint.IsPlain && (endpoint.Owns(realm) || RegistryEndpoint.MayBePlain(realm, options))))
            throw RegistryErrors.Unsafe(
                endpoint,
                "the registry asks for credentials to be sent without TLS",
                challenge.Realm!,
                endpoint.Address
            );
        return realm;
    }

    private static Uri Asking(Uri realm, string scope, BearerChallenge challenge)
    {
        string service = challenge.Service is { } told ? $"service={Uri.EscapeDataString(told)}&" : "";
        return Redirects.With(realm, $"{service}scope={Uri.EscapeDataString(challenge.Scope ?? scope)}");
    }

    // distribution's token specification, "oauth2": a refresh token goes in a form.
    private static HttpRequestMessage Exchange(
        RegistryEndpoint endpoint,
        Uri realm,
        Uri address,
        string scope,
        BearerChallenge challenge,
        RegistryCredential credential
    )
    {
        if (!Origin.Same(realm, address))
            throw RegistryErrors.Unsafe(
                endpoint,
                "the token server wants the refresh token to be sent to another host",
                address.GetLeftPart(UriPartial.Path),
                realm
            );
        return new(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = credential.Secret,
                    ["client_id"] = "nodeforge",
                    ["service"] = challenge.Service ?? "",
                    ["scope"] = challenge.Scope ?? scope,
                }
            ),
        };
    }

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Secret}")));

    private static string? TokenIn(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            foreach (string name in (ReadOnlySpan<string>)["token", "access_token"])
            {
                if (
                    document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty(name, out JsonElement token)
                    && token.ValueKind == JsonValueKind.String
                    && token.GetString() is { Length: > 0 } text
                    && RegistryCredential.IsHeaderText(text)
                )
                    return text;
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            // An HTML page, say: the caller names the server.
        }

        return null;
    }
}
