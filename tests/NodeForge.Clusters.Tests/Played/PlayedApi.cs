using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace NodeForge.Clusters.Tests.Played;

/// <summary>The cluster's API server, at the port where its container is published, with the certificate that the node was given.</summary>
internal sealed class PlayedApi : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource ending = new();
    private readonly Func<IEnumerable<string>> nodes;
    private readonly ConcurrentQueue<string> patches;
    private readonly X509Certificate2 certificate;
    private readonly Task serving;

    public PlayedApi(int port, string certificate, string key, Func<IEnumerable<string>> nodes, ConcurrentQueue<string> patches)
    {
        this.nodes = nodes;
        this.patches = patches;
        using X509Certificate2 read = X509Certificate2.CreateFromPem(certificate, key);
        this.certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        listener = new(IPAddress.Loopback, port);
        listener.Start();
        serving = ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await serving;
        listener.Dispose();
        ending.Dispose();
        certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        List<Task> conversations = [];
        try
        {
            while (true)
                conversations.Add(TalkAsync(await listener.AcceptTcpClientAsync(ending.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }

        await Task.WhenAll(conversations);
    }

    private async Task TalkAsync(TcpClient accepted)
    {
        using TcpClient client = accepted;
        try
        {
            await using SslStream tls = new(client.GetStream());
            await tls.AuthenticateAsServerAsync(certificate);
            // These requests fit into one read, body and all.
            byte[] buffer = new byte[16384];
            int length = await tls.ReadAsync(buffer, ending.Token);
            string[] request = Encoding.UTF8.GetString(buffer, 0, length).Split(" HTTP/", 2);
            (int status, string body) = Answer(request[0]);
            if (!request[0].StartsWith("GET ", StringComparison.Ordinal) && status is (200 or 201))
                patches.Enqueue($"{request[0]} {request[1].Split("\r\n\r\n", 2)[1]}");
            await tls.WriteAsync(
                Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 {status} Played\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"
                ),
                ending.Token
            );
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The client went away, or the test is over.
        }
    }

    private (int Status, string Body) Answer(string request) =>
        request switch
        {
            "GET /api/v1/nodes" => (200, JsonSerializer.Serialize(new { items = nodes().Select(Ready) })),
            "GET /api/v1/namespaces/kube-node-lease" => (200, "{}"),
            "GET /readyz" => (200, "ok"),
            _ when request.StartsWith("PATCH ", StringComparison.Ordinal) => (nodes().Contains(request.Split('/')[^1]) ? 200 : 404, "{}"),
            "POST /api/v1/namespaces/default/serviceaccounts" => (201, "{}"),
            _ => (404, "{}"),
        };

    private static object Ready(string name) =>
        new
        {
            metadata = new { name },
            spec = new { podCIDR = "10.244.0.0/24", podCIDRs = new[] { "10.244.0.0/24" } },
            status = new
            {
                conditions = new[]
                {
                    new
                    {
                        type = "Ready",
                        status = "True",
                        message = "kubelet is posting ready status",
                    },
                },
            },
        };
}
