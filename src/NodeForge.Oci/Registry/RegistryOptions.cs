namespace NodeForge.Oci.Registry;

/// <summary>How registries are spoken to.</summary>
public sealed record RegistryOptions
{
    /// <summary>Hosts (with port, as in a reference) that may be spoken to without TLS. Loopback hosts always may.</summary>
    public IReadOnlySet<string> PlainHttpHosts { get; init; } = new HashSet<string>();

    /// <summary>Where user names and passwords come from.</summary>
    public ICredentialSource Credentials { get; init; } = NoCredentials.Instance;

    /// <summary>The clock by which a Retry-After date is told in seconds.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
