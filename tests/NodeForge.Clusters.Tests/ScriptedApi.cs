using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeForge.Kubernetes.Api;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Clusters.Tests;

/// <summary>An API server over TLS on loopback that answers what the test scripts, and keeps what it was asked.</summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly ClusterAuthorities authorities = ClusterAuthorities.Create(TimeProvider.System);
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Func<string, (int Status, string Body)> answer;
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task serving;

    /// <param name="answer">Given "GET /version".</param>
    public ScriptedApi(Func<string, (int Status, string Body)> answer)
    {
        this.answer = answer;
        listener.Start();
        serving = ServeAsync();
        Api = new(
            new(
                "lab",
                new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"),
                authorities.Cluster.Pair.Certificate,
                authorities.Administrator()
            )
        );
    }

    public KubernetesApi Api { get; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>An admin.conf that it lets in.</summary>
    public string Administrator =>
        new Kubeconfig(
            "lab",
            new Uri($"https://127.0.0.1:{Port}"),
            authorities.Cluster.Pair.Certificate,
            authorities.Administrator()
        ).ToYaml();

    public IReadOnlyCollection<string> Requests => requests;

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await ending.CancelAsync();
        await serving;
        listener.Dispose();
        ending.Dispose();
        authorities.Dispose();
    }

    private async Task ServeAsync()
    {
        KeyPair pair = authorities.Cluster.Server("kube-apiserver", ["localhost"], [IPAddress.Loopback], TimeProvider.System);
        using X509Certificate2 read = X509Certificate2.CreateFromPem(pair.Certificate, pair.Key);
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(ending.Token);
                await using SslStream tls = new(client.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
                // Requests of these tests fit into one read, body and all.
                byte[] buffer = new byte[16384];
                int length = await tls.ReadAsync(buffer, ending.Token);
                string line = Encoding.UTF8.GetString(buffer, 0, length).Split(" HTTP/", 2)[0];
                requests.Enqueue(line);
                (int status, string body) = answer(line);
                await tls.WriteAsync(
                    Encoding.UTF8.GetBytes(
                        $"HTTP/1.1 {status} Scripted\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"
                    ),
                    ending.Token
                );
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The test is over.
        }
    }
}
