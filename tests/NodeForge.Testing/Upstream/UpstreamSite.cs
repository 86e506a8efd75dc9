using System.IO.Compression;
using System.Security.Cryptography;
using NodeForge.Oci;
using NodeForge.Testing.Http;
using NodeForge.Testing.Registry;

namespace NodeForge.Testing.Upstream;

/// <summary>Upstream's release server and the registries of its images, on loopback: the places, layouts and media types are theirs, the programs and images are small.</summary>
public sealed class UpstreamSite : IAsyncDisposable
{
    public const string Version = "v1.33.1";

    private static readonly Platform[] Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64];

    /// <summary>What kubeadm of <see cref="Version"/> asks for besides its own images.</summary>
    private static readonly string[] Core = ["etcd:3.5.21-0", "coredns/coredns:v1.12.0", "pause:3.10"];

    private static readonly string[] Kindest = ["kindest/kindnetd:v20250512-df8de77b", "kindest/local-path-provisioner:v20250214-acbabc1a", "kindest/local-path-helper:v20241212-8ac705d0"];

    private UpstreamSite(InMemoryRegistry registry) => Registry = registry;

    public ScriptedServer Releases { get; } = new();

    /// <summary>Serves both registries, each below a path of its own.</summary>
    public InMemoryRegistry Registry { get; }

    public string TarballPath => $"/k8s/{Version}/kubernetes-server-linux-amd64.tar.gz";

    /// <summary>The mirrors' setting, under which this site stands for upstream's.</summary>
    public string Mirrors => $"https://dl.k8s.io={Releases.Address}/k8s docker://registry.k8s.io=docker://{Registry.Host}/k8s docker://docker.io=docker://{Registry.Host}/hub";

    public static async Task<UpstreamSite> StartAsync()
    {
        UpstreamSite site = new(await InMemoryRegistry.StartAsync());
        site.ServeRelease(ServerRelease.Tarball(Version));
        foreach (string image in Core)
            site.PushOfDocker("k8s/" + image);
        foreach (string image in Kindest)
            site.PushOfBuildkit("hub/" + image);
        return site;
    }

    /// <summary>Publishes a server tarball with the checksum files that lie beside it: the hash and nothing else.</summary>
    public void ServeRelease(byte[] tarball)
    {
        Releases.Serve(TarballPath, Replies.File(tarball));
        Releases.Serve(TarballPath + ".sha256", Replies.Status(200, Convert.ToHexStringLower(SHA256.HashData(tarball))));
        Releases.Serve(TarballPath + ".sha512", Replies.Status(200, Convert.ToHexStringLower(SHA512.HashData(tarball))));
    }

    public async ValueTask DisposeAsync()
    {
        await Releases.DisposeAsync();
        await Registry.DisposeAsync();
    }

    // registry.k8s.io: manifest lists of Docker's schema 2.
    private void PushOfDocker(string name)
    {
        (string repository, string tag) = Split(name);
        Descriptor[] manifests = [.. Platforms.Select(platform => SmallImage.Of(name, platform, Gzip, MediaTypes.DockerLayerGzip).PushTo(Registry, repository, tag: null) with { Platform = platform })];
        Registry.AddManifest(repository, tag, OciJson.Write(new ImageIndex { MediaType = MediaTypes.DockerManifestList, Manifests = manifests }), MediaTypes.DockerManifestList);
    }

    // What buildx pushes: an OCI index with an attestation for each image, of a platform that is none.
    private void PushOfBuildkit(string name)
    {
        (string repository, string tag) = Split(name);
        Descriptor[] images = [.. Platforms.Select(platform => SmallImage.Of(name, platform, Gzip, MediaTypes.LayerGzip).PushTo(Registry, repository, tag: null) with { Platform = platform })];
        Platform none = new("unknown", "unknown");
        Descriptor[] attestations = [.. images.Select(image => SmallImage.Of("attests " + image.Digest, none).PushTo(Registry, repository, tag: null) with { Platform = none })];
        Registry.AddManifest(repository, tag, OciJson.Write(new ImageIndex { Manifests = [.. images, .. attestations] }), MediaTypes.Index);
    }

    private static (string Repository, string Tag) Split(string name) => name.Split(':') is [var repository, var tag] ? (repository, tag) : throw new ArgumentException(name, nameof(name));

    public static byte[] Gzip(byte[] plain)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain);
        return bytes.ToArray();
    }
}
