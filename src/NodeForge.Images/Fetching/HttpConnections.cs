using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;

namespace NodeForge.Images.Fetching;

/// <summary>The HTTP client that locking and fetching share: proxies, bytes as they are, certificates remembered when they are
/// refused.</summary>
public sealed class HttpConnections : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);

    private readonly HttpClient client;
    private readonly ConcurrentDictionary<string, string> refused = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="handler">Takes the requests instead of the network; disposed with this.</param>
    /// <param name="proxy">The way to servers; null goes straight.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The client disposes its handler.")]
    public HttpConnections(HttpMessageHandler? handler = null, IWebProxy? proxy = null)
    {
        client = new HttpClient(handler ?? new FollowingRedirects(Handler(proxy))) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("nodeforge/" + Version);
    }

    private static string Version => typeof(HttpConnections).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The certificate of a host that was refused, in a person's words; null where none was.</summary>
    internal string? RefusedCertificate(string host) => refused.GetValueOrDefault(host);

    /// <summary>Sends a request; the answer is here as soon as its headers are.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => client.Dispose();

    private SocketsHttpHandler Handler(IWebProxy? proxy) =>
        new()
        {
            Proxy = proxy,
            UseProxy = proxy is not null,
            // A body must have the digest of what is stored at the server, not of what a decoder makes of it.
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Remember },
        };

    private bool Remember(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (sender is SslStream stream)
            refused[stream.TargetHostName] = Describe(certificate, chain, errors);
        return false;
    }

    private static string Describe(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown)
            return "no certificate";
        IEnumerable<string> chainErrors = chain is null
            ? []
            : chain.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.'));
        IEnumerable<string> nameError = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? ["it is for another name"] : [];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"certificate of {shown.Subject}, issued by {shown.Issuer}, valid from {shown.NotBefore.ToUniversalTime():yyyy-MM-dd} to {shown.NotAfter.ToUniversalTime():yyyy-MM-dd}: {string.Join("; ", nameError.Concat(chainErrors).Distinct())}"
        );
    }
}
