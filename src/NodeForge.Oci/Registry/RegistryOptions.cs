namespace NodeForge.Oci.Registry;

/// <summary>How registries are spoken to.</summary>
public sealed record RegistryOptions
{
    /// <summary>Hosts (with port, as in a reference) that may be spoken to without TLS. Loopback hosts always may.</summary>
    public IReadOnlySet<string> PlainHttpHosts { get; init; } = new HashSet<string>();

    /// <summary>Where user names and passwords come from.</summary>
    public ICredentialSource Credentials { get; init; } = NoCredentials.Instance;

    /// <summary>The clock by which a Retry-After date is told in seconds; null does not understand one.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>Which repositories have which blobs, as far as clients with these options have seen.</summary>
    public BlobHolders Holders { get; init; } = new();

    /// <summary>The longest time in which nothing moves: no answer begins, no byte comes or goes.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time for a whole manifest, token or error text: 4 MiB at most, so that only a server that drips needs
    /// it.</summary>
    public TimeSpan DocumentTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a registry may be silent after the last byte of an upload: some copy a blob to its place before they
    /// answer.</summary>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
