using System.Net;

namespace NodeForge;

/// <summary>The proxies that an environment names, as .NET reads its own: http_proxy, https_proxy, then all_proxy.</summary>
/// <remarks>no_proxy lists hosts, and domains with a dot before them.</remarks>
internal sealed class HostProxies : IWebProxy
{
    private static readonly string[] Schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    private readonly Uri? http;
    private readonly Uri? https;
    private readonly string[] without;

    public HostProxies(Func<string, string?> variable)
    {
        // A server that runs as a CGI program takes HTTP_PROXY from whoever sends it a header "Proxy".
        http = Parse(
            variable("http_proxy") ?? (variable("GATEWAY_INTERFACE") is null ? variable("HTTP_PROXY") : null) ?? Either("all_proxy")
        );
        https = Parse(Either("https_proxy") ?? Either("all_proxy"));
        without = (Either("no_proxy") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Credentials = new Logins([.. new[] { http, https }.OfType<Uri>()]);

        string? Either(string name) => variable(name) ?? variable(name.ToUpperInvariant());
    }

    public ICredentials? Credentials { get; set; }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : For(destination);

    public bool IsBypassed(Uri host) => For(host) is null || without.Any(entry => Matches(entry, host.Host));

    private Uri? For(Uri destination) => destination.Scheme is "https" or "wss" ? https : http;

    private static bool Matches(string entry, string host) =>
        entry == "*"
        || string.Equals(entry.TrimStart('.'), host, StringComparison.OrdinalIgnoreCase)
        || (entry[0] == '.' && host.EndsWith(entry, StringComparison.OrdinalIgnoreCase));

    // What is no address counts as none.
    private static Uri? Parse(string? value)
    {
        if (value is null)
            return null;
        string address = value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value;
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? proxy) && Schemes.Contains(proxy.Scheme) && proxy.Host.Length > 0
            ? proxy
            : null;
    }

    private sealed class Logins(IReadOnlyList<Uri> proxies) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            if (proxies.FirstOrDefault(proxy => proxy.Host == uri.Host && proxy.Port == uri.Port) is not { UserInfo.Length: > 0 } proxy)
                return null;
            string[] parts = proxy.UserInfo.Split(':', 2);
            return new(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : string.Empty);
        }
    }
}
