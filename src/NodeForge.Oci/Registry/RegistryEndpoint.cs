using System.Net;

namespace NodeForge.Oci.Registry;

/// <summary>Where a registry's API is.</summary>
/// <param name="Registry">As in references: <c>docker.io</c>, <c>localhost:5000</c>.</param>
/// <param name="Address">Scheme and authority.</param>
internal sealed record RegistryEndpoint(string Registry, Uri Address)
{
    public bool IsPlain => Address.Scheme == Uri.UriSchemeHttp;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageReference"/>: the grammar of references knows hosts that no
    /// address can have.</exception>
    public static RegistryEndpoint Of(string registry, RegistryOptions options)
    {
        // Docker Hub's API is not at the host that its references name.
        string host = registry == "docker.io" ? "registry-1.docker.io" : registry;
        return Uri.TryCreate("https://" + host, UriKind.Absolute, out Uri? address) && IsSpelledOut(address, host)
            ? new(registry, options.PlainHttpHosts.Contains(registry) || MayBePlain(address, options) ? new Uri("http://" + host) : address)
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageReference, "the registry is no host that can be asked")
                {
                    Where = new(registry),
                    Want = "a host name or an IP address, and a port up to 65535",
                    Hint = ErrorCodes.InvalidImageReference.Remedy,
                }
            );
    }

    // 0x7f.1 is 127.0.0.1 to one program and a name to another, and its password is looked up under what was written.
    private static bool IsSpelledOut(Uri address, string host) =>
        address.HostNameType != UriHostNameType.IPv4 || host.Split(':')[0] == address.Host;

    /// <summary>Whether a host may be spoken to without TLS: loopback, or one that the options name.</summary>
    public static bool MayBePlain(Uri address, RegistryOptions options) =>
        options.PlainHttpHosts.Contains(address.Authority)
        || address.Host == "localhost"
        || (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>Whether an address is the registry's own, and so may see what is meant for it.</summary>
    public bool Owns(Uri? address) => address is not null && Origin.Same(Address, address);

    public Uri Manifest(string repository, string tagOrDigest) => new(Address, $"/v2/{repository}/manifests/{tagOrDigest}");

    public Uri Tags(string repository) => new(Address, $"/v2/{repository}/tags/list");

    public Uri Referrers(string repository, Digest subject) => new(Address, $"/v2/{repository}/referrers/{subject}");

    public Uri Blob(string repository, Digest digest) => new(Address, $"/v2/{repository}/blobs/{digest}");

    public Uri Uploads(string repository, string query = "") => new(Address, $"/v2/{repository}/blobs/uploads/{query}");
}
