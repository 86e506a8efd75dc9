using System.Globalization;

namespace NodeForge.Engines.Connecting;

/// <summary>Finds the engine as the docker command does: DOCKER_HOST, then the docker context, then the usual sockets.</summary>
/// <param name="Host">Whose variables and home folder say which.</param>
public sealed record EngineDiscovery(HostEnvironment Host)
{
    internal const string PodmansVariable = "CONTAINER_HOST";

    /// <summary>The endpoint to use. Nothing is opened; only the presence of default sockets is looked at.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineAddressInvalid"/>: the address or the context cannot be
    /// understood.</exception>
    public EngineEndpoint Find()
    {
        // docker takes the blanks around the variable's address off, and blanks alone for no address; a context's it takes as it stands.
        if (Set("DOCKER_HOST")?.Trim() is { Length: > 0 } host)
            return EngineEndpoint.Parse(host, "DOCKER_HOST", TlsOfEnvironment(), Host);
        if (Context() is { } context)
            return DockerContext.Read(ConfigurationFolder, context.Name, context.Origin, Host);
        if (Set(PodmansVariable) is { } podman)
            return EngineEndpoint.Parse(podman, PodmansVariable, host: Host);
        string found = Sockets().FirstOrDefault(File.Exists) ?? "/var/run/docker.sock";
        return EngineEndpoint.Parse(found, "default", host: Host);
    }

    private string ConfigurationFolder => Set("DOCKER_CONFIG") ?? Path.Combine(Host.Home, ".docker");

    private (string Name, string Origin)? Context()
    {
        if (Set("DOCKER_CONTEXT") is { } named)
            return named == "default" ? null : (named, "DOCKER_CONTEXT");
        return DockerContext.Current(ConfigurationFolder) is { } current ? (current, $"docker context {current}") : null;
    }

    private EngineTls? TlsOfEnvironment()
    {
        bool lenient = Set("DOCKER_TLS") is not null && Set("DOCKER_TLS_VERIFY") is null;
        if (!lenient && Set("DOCKER_TLS_VERIFY") is null && Set("DOCKER_CERT_PATH") is null)
            return null;
        string folder = Set("DOCKER_CERT_PATH") ?? ConfigurationFolder;
        // Who has the engine's authority wants it asked, whichever variable speaks of TLS; docker leaves such an engine unchecked.
        return new(folder, Verify: !lenient || File.Exists(Path.Combine(folder, "ca.pem")));
    }

    private IEnumerable<string> Sockets()
    {
        string runtime = Set("XDG_RUNTIME_DIR") ?? string.Create(CultureInfo.InvariantCulture, $"/run/user/{Set("UID") ?? "0"}");
        return ["/var/run/docker.sock", $"{runtime}/docker.sock", $"{runtime}/podman/podman.sock", "/run/podman/podman.sock"];
    }

    private string? Set(string name) => Host.Variable(name);
}
