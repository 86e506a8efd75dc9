using System.Text;
using System.Text.Json;

namespace NodeForge.Oci.Registry;

/// <summary>Docker's <c>config.json</c>, looked up as docker does it: the key that <c>docker login</c> writes, then every other spelling of
/// the host.</summary>
/// <remarks>
/// Docker takes <c>https://r.example/v2/</c> for <c>r.example</c> (docker/cli, <c>cli/config/credentials</c>); Docker Hub has three hosts,
/// and each is
/// written somewhere.
/// </remarks>
internal sealed class DockerConfiguration : IDisposable
{
    private const string HubKey = "https://index.docker.io/v1/";
    private const string TokenUser = "<token>";
    private static readonly string[] HubHosts = ["docker.io", "index.docker.io", "registry-1.docker.io"];
    private readonly JsonDocument document;
    private readonly string file;

    private DockerConfiguration(JsonDocument document, string file)
    {
        this.document = document;
        this.file = file;
    }

    /// <returns>Null for an empty file, which is as none.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.CredentialsUnusable"/></exception>
    public static DockerConfiguration? Parse(string file, byte[] content)
    {
        if (content.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            return null;
        try
        {
            JsonDocument document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(document, file)
                : throw Refuse(file, "docker's configuration is no JSON object", Kind(document.RootElement), "a JSON object");
        }
        catch (JsonException wrong)
        {
            // The message of a JSON error tells a position and never the text, which may hold secrets.
            throw Refuse(file, "docker's configuration cannot be read", wrong.Message, "JSON", wrong);
        }
    }

    /// <summary>What docker calls a registry when it asks a helper.</summary>
    public static string KeyOf(string registry) => HubHosts.Contains(registry) ? HubKey : registry;

    /// <summary>The helper that knows the registry's credentials; null for none.</summary>
    public string? HelperOf(string registry)
    {
        string? helper = Guarded(() =>
            Entries("credHelpers", registry).Select(entry => Text(entry.Value, $"credHelpers, {entry.Name}") ?? "").FirstOrDefault()
            ?? Text(Member(document.RootElement, "credsStore"), "credsStore")
        );
        return helper is { Length: > 0 } ? helper : null;
    }

    /// <summary>What the file itself holds for a registry; null for nothing.</summary>
    public RegistryCredential? CredentialOf(string registry) =>
        Guarded(() => Entries("auths", registry).Select(Credential).FirstOrDefault(found => found is not null));

    // The key that docker writes comes first, then the other spellings in their order.
    private IEnumerable<JsonProperty> Entries(string map, string registry)
    {
        if (Member(document.RootElement, map) is not { } member)
            return [];
        if (member.ValueKind != JsonValueKind.Object)
            throw Wrong(map, member, "an object");
        bool hub = HubHosts.Contains(registry);
        string key = KeyOf(registry);
        return member
            .EnumerateObject()
            .Where(entry => entry.Name == key || Names(entry.Name, registry, hub))
            .OrderByDescending(entry => entry.Name == key);
    }

    private static bool Names(string key, string registry, bool hub)
    {
        string rest =
            key.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? key[8..]
            : key.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? key[7..]
            : key;
        string host = rest.Split('/', 2)[0];
        if (!hub)
            return string.Equals(host, registry, StringComparison.OrdinalIgnoreCase);
        // Docker's desktop keeps tokens for other things than the registry below the same address.
        return HubHosts.Contains(host, StringComparer.OrdinalIgnoreCase) && rest[host.Length..].Trim('/') is "" or "v1" or "v2";
    }

    private RegistryCredential? Credential(JsonProperty entry)
    {
        string where = $"auths, {entry.Name}";
        if (entry.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            throw Wrong(where, entry.Value, "an object");
        string Of(string name) => Text(Member(entry.Value, name), $"{where}, {name}") ?? "";
        if (Of("registrytoken") is { Length: > 0 } passed)
            return new(TokenUser, Sendable(passed, where)) { IsRegistryToken = true };
        if (Of("identitytoken") is { Length: > 0 } token)
            return new(TokenUser, token, IsIdentityToken: true);
        if (Of("auth") is { Length: > 0 } auth)
            return Decoded(auth, entry.Name);
        return Of("username") is { Length: > 0 } user ? new(user, Of("password")) : null;
    }

    private RegistryCredential Decoded(string auth, string key)
    {
        byte[] bytes = new byte[auth.Length];
        string pair = Convert.TryFromBase64String(auth, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0')
            : "";
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new(pair[..colon], pair[(colon + 1)..])
            : throw Refuse(file, $"the entry for {key} is not USER:PASSWORD in base64", null, "what docker login writes");
    }

    private string Sendable(string token, string where) =>
        RegistryCredential.IsHeaderText(token)
            ? token
            : throw Refuse(file, $"the token at {where} cannot be sent in a header", null, "printable ASCII without blanks");

    private string? Text(JsonElement? element, string where) =>
        element switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { } other => throw Wrong(where, other, "a text"),
        };

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out JsonElement member)
        && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    // Half a surrogate pair is valid JSON and no text.
    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException wrong)
        {
            throw Refuse(file, "docker's configuration holds a text that is none", null, "Unicode", wrong);
        }
    }

    private NodeForgeException Wrong(string where, JsonElement element, string want) =>
        Refuse(file, $"docker's configuration has a value of the wrong kind at {where}", Kind(element), want);

    private static string Kind(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };

    public static NodeForgeException Refuse(string file, string what, string? got, string? want, Exception? inner = null) =>
        new(
            new Diagnostic(ErrorCodes.CredentialsUnusable, what)
            {
                Where = new(file),
                Got = got,
                Want = want,
                Hint = "log in again with docker login, or fix the file",
            },
            inner
        );

    public void Dispose() => document.Dispose();
}
