using System.Text;

namespace NodeForge.Engines.Connecting;

/// <summary>Where an engine listens and how it is reached.</summary>
/// <param name="Address"><c>unix:///path</c>, <c>tcp://host:port</c> or <c>ssh://user@host:port</c>.</param>
/// <param name="Origin">What chose the address, for messages: "DOCKER_HOST", "docker context lab", "default".</param>
public sealed record EngineEndpoint(Uri Address, string Origin)
{
    private const string Unix = "unix://";

    // sockaddr_un has 108 bytes, the last of them zero (unix(7)).
    private const int LongestSocketPath = 107;

    /// <summary>The socket of a unix address, absolute; null for every other.</summary>
    public string? SocketPath { get; private init; }

    /// <summary>Certificates for a TCP address; null for a plain connection.</summary>
    public EngineTls? Tls { get; init; }

    /// <summary>Whose ssh reaches an address of ssh, with whose variables; null starts none of the user's.</summary>
    public HostEnvironment? Host { get; init; }

    /// <summary>Reads an address as DOCKER_HOST has it.</summary>
    /// <param name="host">Whose address it is: a relative path of a socket begins in its working folder.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineAddressInvalid"/>.</exception>
    public static EngineEndpoint Parse(string address, string origin, EngineTls? tls = null, HostEnvironment? host = null)
    {
        // Go's tooling accepts a bare path and a bare host:port; so do we.
        string whole =
            address.StartsWith('/') ? Unix + address
            : address.Contains("://", StringComparison.Ordinal) ? address
            : "tcp://" + address;
        if (whole.StartsWith(Unix, StringComparison.Ordinal))
            return OfSocket(whole[Unix.Length..], address, origin, host);
        return Uri.TryCreate(whole, UriKind.Absolute, out Uri? uri) && IsKnown(uri)
            ? new(uri, origin) { Tls = tls, Host = host }
            : throw Invalid(address, origin, "unix:///path, tcp://host:port or ssh://user@host");
    }

    /// <summary>The address and what chose it.</summary>
    public override string ToString() => $"{(SocketPath is null ? Address.OriginalString : Unix + SocketPath)} ({Origin})";

    // What follows the slashes is a path as it stands, whatever it means in a URL; a relative one is of the working folder. As Go's clients
    // have it.
    private static EngineEndpoint OfSocket(string path, string address, string origin, HostEnvironment? host)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw Invalid(address, origin, "unix:///path");
        string absolute = host?.Resolve(path) ?? Path.GetFullPath(path);
        if (Encoding.UTF8.GetByteCount(absolute) > LongestSocketPath)
            throw Invalid(address, origin, $"a path of at most {LongestSocketPath} bytes");
        string escaped = string.Join('/', absolute.Split('/').Select(Uri.EscapeDataString));
        return new(new Uri(Unix + escaped), origin) { SocketPath = absolute, Host = host };
    }

    private static NodeForgeException Invalid(string address, string origin, string want) =>
        new(
            new Diagnostic(ErrorCodes.EngineAddressInvalid, "the engine's address cannot be understood")
            {
                Where = new(origin),
                Got = address,
                Want = want,
                Hint = $"correct {origin}",
            }
        );

    private static bool IsKnown(Uri uri) =>
        uri.Scheme switch
        {
            "tcp" or "http" or "https" or "ssh" => uri.Host.Length > 0,
            _ => false,
        };
}

/// <summary>The files of a TLS connection to an engine.</summary>
/// <param name="Folder">Holds <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>; a missing ca.pem means the system's roots, a missing
/// cert.pem no client certificate.</param>
/// <param name="Verify">Whether the engine's certificate is checked.</param>
public sealed record EngineTls(string Folder, bool Verify);
