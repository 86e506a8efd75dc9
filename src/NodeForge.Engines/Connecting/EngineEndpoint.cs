namespace NodeForge.Engines;

/// <summary>Where an engine listens and how it is reached.</summary>
/// <param name="Address"><c>unix:///path</c>, <c>tcp://host:port</c> or <c>ssh://user@host:port</c>.</param>
/// <param name="Origin">What chose the address, for messages: "DOCKER_HOST", "docker context lab", "default".</param>
public sealed record EngineEndpoint(Uri Address, string Origin)
{
    /// <summary>Certificates for a TCP address; null for a plain connection.</summary>
    public EngineTls? Tls { get; init; }

    /// <summary>Reads an address as DOCKER_HOST has it.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineAddressInvalid"/>.</exception>
    public static EngineEndpoint Parse(string address, string origin, EngineTls? tls = null)
    {
        // Go's tooling accepts a bare path and a bare host:port; so do we.
        string whole = address.StartsWith('/') ? "unix://" + address : address.Contains("://", StringComparison.Ordinal) ? address : "tcp://" + address;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out Uri? uri) || !IsKnown(uri))
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.EngineAddressInvalid, "the engine's address cannot be understood")
            {
                Where = new(origin),
                Got = address,
                Want = "unix:///path, tcp://host:port or ssh://user@host",
                Mend = $"correct {origin}",
            });
        }

        return new(uri, origin) { Tls = tls };
    }

    /// <summary>The address and what chose it.</summary>
    public override string ToString() => $"{Address.OriginalString} ({Origin})";

    private static bool IsKnown(Uri uri) => uri.Scheme switch
    {
        "unix" => uri.AbsolutePath.Length > 1,
        "tcp" or "http" or "https" or "ssh" => uri.Host.Length > 0,
        _ => false,
    };
}

/// <summary>The files of a TLS connection to an engine.</summary>
/// <param name="Folder">Holds <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>; a missing ca.pem means the system's roots, a missing cert.pem no client certificate.</param>
/// <param name="Verify">Whether the engine's certificate is checked.</param>
public sealed record EngineTls(string Folder, bool Verify);
