using System.Diagnostics.CodeAnalysis;
using System.Net.Security;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>An API server, asked at its published port by nobody in particular.</summary>
internal static class ApiServer
{
    /// <returns>"ok", which everybody may hear.</returns>
    [SuppressMessage(
        "Security",
        "CA5359",
        Justification = "The name on the certificate is the cluster's; whether anybody answers is what is asked here, not whether to trust it."
    )]
    public static async Task<string> ReadyAsync(int hostPort)
    {
        SslClientAuthenticationOptions tls = new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        using HttpClient calls = new(new SocketsHttpHandler { SslOptions = tls, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        return await calls.GetStringAsync(new Uri($"https://127.0.0.1:{hostPort}/readyz"));
    }
}
