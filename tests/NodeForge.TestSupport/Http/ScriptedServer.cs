using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NodeForge.TestSupport.Http;

/// <summary>An HTTP/1.1 server on loopback that does as its script says, wrong answers included; the n-th request for a path gets the n-th
/// reply, later ones the last.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, Script> scripts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<LoggedRequest> requests = new();
    private readonly ConcurrentDictionary<Task, byte> connections = new();
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;

    /// <param name="certificate">Serve https with it.</param>
    public ScriptedServer(X509Certificate2? certificate = null)
    {
        this.certificate = certificate;
        listener.Start();
        Address = $"{(certificate is null ? "http" : "https")}://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}";
        accepting = AcceptAsync();
    }

    /// <summary>Without a slash at the end.</summary>
    public string Address { get; }

    /// <summary>Whether a request's body is read before the reply; otherwise it stays in the connection.</summary>
    public bool TakesBodies { get; set; } = true;

    /// <summary>All that was asked, in order.</summary>
    public IReadOnlyList<LoggedRequest> Requests => [.. requests];

    /// <summary>Scripts a path, which begins with a slash, and gives its address.</summary>
    public string Serve(string path, params Reply[] replies)
    {
        scripts[path] = new Script(replies);
        return Address + path;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections.Keys);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stop.Token);
                Task connection = ServeAsync(socket);
                connections[connection] = 0;
            }
        }
        catch (Exception ended)
            when (ended is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener is gone.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                await using Stream stream = await OpenAsync(socket);
                while (await ReadRequestAsync(stream) is { } request)
                {
                    requests.Enqueue(request);
                    Exchange exchange = new(request, stream, socket);
                    await ReplyTo(request)(exchange, stop.Token);
                    if (exchange.Closes)
                        return;
                }
            }
        }
        catch (Exception ended)
            when (ended
                    is IOException
                        or SocketException
                        or OperationCanceledException
                        or ObjectDisposedException
                        or System.Security.Authentication.AuthenticationException
            )
        {
            // The client left, or the test is over.
        }
    }

    private async Task<Stream> OpenAsync(Socket socket)
    {
        NetworkStream plain = new(socket);
        if (certificate is null)
            return plain;
        SslStream secure = new(plain);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);
        return secure;
    }

    private Reply ReplyTo(LoggedRequest request) =>
        scripts.TryGetValue(request.Path.Split('?')[0], out Script? script) ? script.Next() : Replies.Status(404, "no such path");

    private async Task<LoggedRequest?> ReadRequestAsync(Stream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        Dictionary<string, string> headers = [];
        foreach (string line in lines.Skip(1))
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant()] = line[
                (line.IndexOf(':', StringComparison.Ordinal) + 1)..
            ]
                .Trim();
        return new(first[0], first[1], headers) { Body = await ReadBodyAsync(stream, headers) };
    }

    private async Task<string> ReadBodyAsync(Stream stream, Dictionary<string, string> headers)
    {
        if (!TakesBodies || !headers.TryGetValue("content-length", out string? length))
            return "";
        byte[] body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, stop.Token);
        return Encoding.Latin1.GetString(body);
    }

    private sealed class Script(Reply[] replies)
    {
        private int next = -1;

        public Reply Next() => replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)];
    }
}
