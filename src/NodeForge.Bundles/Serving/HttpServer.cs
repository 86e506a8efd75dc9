using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace NodeForge.Bundles.Serving;

/// <summary>An HTTP/1.1 server for reading: it gives what it is asked for, and takes nothing.</summary>
internal sealed class HttpServer : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly Func<HttpQuestion, HttpAnswer> answer;
    private readonly Action<NodeForgeException> damaged;
    private readonly SslStreamCertificateContext? certificate;
    private readonly HttpLimits limits;
    private readonly TcpListener listener;
    private readonly SemaphoreSlim places;
    private readonly IdleClients idle = new();

    /// <param name="endpoint">Where it listens; port 0 takes a free one.</param>
    /// <param name="certificate">With TLS; null without.</param>
    /// <param name="answer">Called by several connections at once.</param>
    /// <param name="damaged">Hears of content that cannot be given.</param>
    /// <param name="limits">How long and how much.</param>
    /// <exception cref="SocketException">Nobody may listen there, or somebody does.</exception>
    public HttpServer(
        IPEndPoint endpoint,
        SslStreamCertificateContext? certificate,
        Func<HttpQuestion, HttpAnswer> answer,
        Action<NodeForgeException> damaged,
        HttpLimits limits
    )
    {
        (this.certificate, this.answer, this.damaged, this.limits) = (certificate, answer, damaged, limits);
        places = new(limits.Connections);
        listener = new(endpoint);
        if (endpoint.Address.Equals(IPAddress.IPv6Any))
            listener.Server.DualMode = true;
        listener.Start();
    }

    public IPEndPoint Endpoint => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>Serves until it is told to stop, and ends when the last connection is closed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
                _ = ServeAsync(await AcceptAsync(cancellationToken).ConfigureAwait(false), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            listener.Stop();
        }

        // A place that is free is a connection that has ended.
        for (int i = 0; i < limits.Connections; i++)
            await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        Socket socket = await TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!await places.WaitAsync(Pause, cancellationToken).ConfigureAwait(false))
                idle.EndOne();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A client that went away before it was taken, or a lack of descriptors that the next moment may end, stops nobody else.
    private async Task<Socket> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await listener.AcceptSocketAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            socket.NoDelay = true;
            using NetworkStream network = new(socket, ownsSocket: true);
            Stream stream = await GreetAsync(network, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                await new HttpConnection(stream, answer, damaged, limits, idle).ServeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException wrong)
        {
            // The answer ends before its length: the client knows that it does not have it all.
            damaged(wrong);
        }
        catch (Exception left)
            when (left is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException
            )
        {
            // The client went away, kept silent, or does not trust the certificate.
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<Stream> GreetAsync(NetworkStream network, CancellationToken cancellationToken)
    {
        if (certificate is null)
            return network;
        SslStream secure = new(network, leaveInnerStreamOpen: false);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.Idle);
        using IDisposable waiting = idle.Begin(patience, limits.Silence);
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = certificate,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        await secure.AuthenticateAsServerAsync(options, patience.Token).ConfigureAwait(false);
        return secure;
    }

    public void Dispose()
    {
        listener.Dispose();
        places.Dispose();
    }
}
