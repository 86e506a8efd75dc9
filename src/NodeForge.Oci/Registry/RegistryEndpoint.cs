using System.Net;

namespace NodeForge.Oci.Registry;

/// <summary>Where a registry's API is.</summary>
/// <param name="Registry">As in references: <c>docker.io</c>, <c>localhost:5000</c>.</param>
/// <param name="Address">Scheme and authority.</param>
internal sealed record RegistryEndpoint(string Registry, Uri Address)
{
    public bool IsPlain => Address.Scheme == Uri.UriSchemeHttp;

    public static RegistryEndpoint Of(string registry, RegistryOptions options)
    {
        // Docker Hub's API is not at the host that its references name.
        string host = registry == "docker.io" ? "registry-1.docker.io" : registry;
        bool plain = options.PlainHttpHosts.Contains(registry) || IsLoopback(host);
        return new(registry, new Uri((plain ? "http://" : "https://") + host));
    }

    private static bool IsLoopback(string host)
    {
        string name = new Uri("http://" + host).Host;
        return name == "localhost" || (IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    public Uri Manifest(string repository, string tagOrDigest) => new(Address, $"/v2/{repository}/manifests/{tagOrDigest}");

    public Uri Blob(string repository, Digest digest) => new(Address, $"/v2/{repository}/blobs/{digest}");

    public Uri Uploads(string repository, string query = "") => new(Address, $"/v2/{repository}/blobs/uploads/{query}");
}
