using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace NodeForge.Engines.Connecting;

/// <summary>Opens connections to an endpoint and tells why one cannot be opened.</summary>
internal static class EngineDialer
{
    // Docker's registered ports for plain and TLS connections.
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    public static async ValueTask<EngineConnection> ConnectAsync(EngineEndpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return endpoint.Address.Scheme switch
            {
                "unix" => await UnixAsync(endpoint, cancellationToken).ConfigureAwait(false),
                "ssh" => SshConnection.Open(endpoint),
                _ => await TcpAsync(endpoint, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (SocketException failure)
        {
            throw EngineFailure.OfSocket(endpoint, failure);
        }
        catch (AuthenticationException failure)
        {
            throw EngineFailure.OfTls(endpoint, failure.InnerException?.Message ?? failure.Message, failure);
        }
    }

    private static async ValueTask<EngineConnection> UnixAsync(EngineEndpoint endpoint, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return await OpenAsync(
                socket,
                socket.ConnectAsync(
                    new UnixDomainSocketEndPoint(endpoint.SocketPath ?? Uri.UnescapeDataString(endpoint.Address.AbsolutePath)),
                    cancellationToken
                )
            )
            .ConfigureAwait(false);
    }

    private static async ValueTask<EngineConnection> TcpAsync(EngineEndpoint endpoint, CancellationToken cancellationToken)
    {
        bool secure = endpoint.Tls is not null || endpoint.Address.Scheme == "https";
        // http and https have default ports that are no engine's.
        int port =
            endpoint.Address.Port > 0 && !endpoint.Address.IsDefaultPort ? endpoint.Address.Port
            : secure ? TlsPort
            : PlainPort;
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        EngineConnection plain = await OpenAsync(socket, socket.ConnectAsync(endpoint.Address.Host, port, cancellationToken))
            .ConfigureAwait(false);
        if (!secure)
            return plain;
        SslStream tls = new(plain);
        try
        {
            await tls.AuthenticateAsClientAsync(EngineCertificates.Options(endpoint), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new(tls, tls, async _ => await tls.ShutdownAsync().ConfigureAwait(false), tls.Dispose);
    }

    private static async ValueTask<EngineConnection> OpenAsync(Socket socket, ValueTask connecting)
    {
        try
        {
            await connecting.ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        NetworkStream stream = new(socket, ownsSocket: true);
        return new(stream, stream, CloseWrite, stream.Dispose);

        ValueTask CloseWrite(CancellationToken cancellationToken)
        {
            socket.Shutdown(SocketShutdown.Send);
            return ValueTask.CompletedTask;
        }
    }
}
