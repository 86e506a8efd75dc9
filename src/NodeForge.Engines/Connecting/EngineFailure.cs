using System.Net.Sockets;

namespace NodeForge.Engines.Connecting;

/// <summary>What a failed connection or call means, in the house's words.</summary>
internal static class EngineFailure
{
    public const string MoreSpace = "see what takes it with docker system df, and free it with docker system prune";

    public static NodeForgeException OfSocket(EngineEndpoint endpoint, SocketException failure) =>
        failure.SocketErrorCode switch
        {
            SocketError.AccessDenied => new(
                new Diagnostic(ErrorCodes.EngineForbidden, "this user may not open the engine's socket")
                {
                    Where = new(endpoint.ToString()),
                    Got = failure.Message,
                    Hint = "join the socket's group and log in again (usermod -aG docker USER), or use sudo",
                },
                failure
            ),
            _ => new(
                new Diagnostic(ErrorCodes.EngineUnreachable, "no container engine answers")
                {
                    Where = new(endpoint.ToString()),
                    // .NET's word for a socket file that is not there is "Cannot assign requested address".
                    Got = failure.SocketErrorCode == SocketError.AddressNotAvailable ? "no such socket" : failure.Message,
                    Hint = "start the engine, or set DOCKER_HOST; building to oci: or oci-archive: needs none",
                },
                failure
            ),
        };

    public static NodeForgeException OfTls(EngineEndpoint endpoint, string said, Exception? failure) =>
        new(
            new Diagnostic(ErrorCodes.EngineTlsFailed, "the TLS connection to the engine failed")
            {
                Where = new(endpoint.ToString()),
                Got = said,
                Hint = "check ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH",
            },
            failure
        );

    /// <summary>What keeps ssh from joining us to the far engine, in the words that ssh, the far shell or the far docker end
    /// with.</summary>
    public static NodeForgeException OfSsh(EngineEndpoint endpoint, string said, Exception? failure) =>
        new(
            new Diagnostic(ErrorCodes.EngineUnreachable, "ssh does not reach an engine")
            {
                Where = new(endpoint.ToString()),
                Got = said.Trim() is { Length: > 0 } words ? words : "ssh ended without a word",
                Hint = HintOfSsh(said),
            },
            failure
        );

    private static string HintOfSsh(string said)
    {
        if (Says(said, "host key verification failed"))
            return "connect once by hand with ssh, compare the host's key and accept it: nodeforge asks no questions";
        if (Says(said, "permission denied (") || Says(said, "too many authentication failures"))
            return "give ssh a key that the host takes, without a pass phrase or with an agent: nodeforge asks no questions";
        if (Says(said, "not found"))
            return "install the docker command at the far side, where ssh runs docker system dial-stdio";
        return Says(said, "ssh: connect to host") || Says(said, "could not resolve hostname")
            ? "check the address and that an ssh server answers there"
            : "start the engine at the far side, and try docker system dial-stdio there";
    }

    public static NodeForgeException Lost(EngineEndpoint endpoint, string call, Exception failure) =>
        new(
            new Diagnostic(ErrorCodes.EngineLost, "the engine closed the connection in the middle of a call")
            {
                Where = new(endpoint.ToString(), Detail: call),
                Got = Innermost(failure).Message,
                Hint = "look into the engine's journal, start it, and run again",
            },
            failure
        );

    /// <summary>An answer that is not what the engine's API promises.</summary>
    public static NodeForgeException Unexpected(EngineEndpoint endpoint, string call, Exception failure) =>
        new(
            new Diagnostic(ErrorCodes.EngineRefused, "the engine's answer is not what its API promises")
            {
                Where = new(endpoint.ToString(), Detail: call),
                Got = failure.Message,
                Hint = "see that a Docker engine or Podman answers at this address, and not something before it",
            },
            failure
        );

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static Exception Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
            failure = inner;
        return failure;
    }
}
