using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using NodeForge.Oci;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Registry;

namespace NodeForge.TestSupport.Upstream;

/// <summary>Upstream's release server and the registries of its images, on loopback: the places, layouts and media types are theirs, the
/// programs and images are small.</summary>
public sealed class UpstreamSite : IAsyncDisposable
{
    public const string Version = "v1.36.2";

    private static readonly Platform[] Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64];

    /// <summary>What kubeadm of <see cref="Version"/> asks for besides its own images, and what kind's base has its sandboxes of.</summary>
    private static readonly string[] Core = ["coredns/coredns:v1.14.2", "etcd:3.6.8-0", "pause:3.10.2", "pause:3.10"];

    private static readonly string[] Kindest =
    [
        "kindest/base:v20260820-69b56db7",
        "kindest/kindnetd:v20260820-69b56db7",
        "kindest/local-path-provisioner:v20260820-69b56db7",
        "kindest/local-path-helper:v20260131-7181c60a",
    ];

    private const string Containerd = "/github/containerd/containerd/releases/download/v2.3.4/containerd-2.3.4-linux-amd64.tar.gz";
    private const string Runc = "/github/opencontainers/runc/releases/download/v1.4.3/";
    private const string Cni = "/github/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz";
    private const string Crictl = "/github/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-amd64.tar.gz";

    private readonly Func<string, byte[]?> programs;

    private UpstreamSite(InMemoryRegistry registry, Func<string, byte[]?> programs) => (Registry, this.programs) = (registry, programs);

    public ScriptedServer Releases { get; } = new();

    /// <summary>Serves both registries, each below a path of its own.</summary>
    public InMemoryRegistry Registry { get; }

    public string TarballPath => $"/k8s/{Version}/kubernetes-server-linux-amd64.tar.gz";

    /// <summary>The mirrors' setting, under which this site stands for upstream's.</summary>
    public string Mirrors =>
        $"https://dl.k8s.io={Releases.Address}/k8s https://github.com={Releases.Address}/github docker://registry.k8s.io=docker://{Registry.Host}/k8s docker://docker.io=docker://{Registry.Host}/hub";

    /// <param name="programs">What is to be in the components' archives in place of small programs, by name; null for those that stay
    /// small.</param>
    public static async Task<UpstreamSite> StartAsync(Func<string, byte[]?>? programs = null)
    {
        UpstreamSite site = new(await InMemoryRegistry.StartAsync(), programs ?? (_ => null));
        string[] wanted = [.. Core[..3].Select(image => "registry.k8s.io/" + image)];
        site.ServeRelease(ServerRelease.Tarball(Version, SpeakingProgram.That(ServerRelease.Answer(Version, wanted), Version)));
        site.ServeComponents();
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

    // Each publisher has a form of its own: the hash and the name, a signed list of all architectures, the hash alone.
    private void ServeComponents()
    {
        ServeTarball(
            Containerd,
            ".sha256sum",
            named: true,
            "bin/containerd",
            "bin/containerd-shim-runc-v2",
            "bin/containerd-stress",
            "bin/ctr"
        );
        ServeTarball(Cni, ".sha256", named: true, "./bridge", "./host-local", "./loopback", "./portmap", "./ptp");
        ServeTarball(Crictl, ".sha256", named: false, "crictl");
        byte[] runc = programs("runc") ?? SpeakingProgram.That("runc version 1.4.3\n");
        Releases.Serve(Runc + "runc.amd64", Replies.File(runc));
        Releases.Serve(
            Runc + "runc.sha256sum",
            Replies.Status(
                200,
                $"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{Hash(runc)} *runc.amd64\n{new string('1', 64)} *runc.arm64\n-----BEGIN PGP SIGNATURE-----\n"
            )
        );
    }

    private void ServeTarball(string path, string suffix, bool named, params IReadOnlyList<string> names)
    {
        using MemoryStream bytes = new();
        using (TarWriter writer = new(bytes, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (string program in names)
                writer.WriteEntry(
                    new GnuTarEntry(TarEntryType.RegularFile, program)
                    {
                        Mode = (UnixFileMode)0x1ed,
                        DataStream = new MemoryStream(programs(Path.GetFileName(program)) ?? SpeakingProgram.That(program + "\n")),
                    }
                );
        }

        byte[] tarball = Gzip(bytes.ToArray());
        Releases.Serve(path, Replies.File(tarball));
        Releases.Serve(path + suffix, Replies.Status(200, named ? $"{Hash(tarball)}  {Path.GetFileName(path)}\n" : Hash(tarball)));
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public async ValueTask DisposeAsync()
    {
        await Releases.DisposeAsync();
        await Registry.DisposeAsync();
    }

    /// <summary>Pushes as to registry.k8s.io: manifest lists of Docker's schema 2.</summary>
    /// <param name="name">Path below the registry and tag.</param>
    public void PushOfDocker(string name)
    {
        (string repository, string tag) = Split(name);
        Descriptor[] manifests =
        [
            .. Platforms.Select(platform =>
                SmallImage.Of(name, platform, Gzip, MediaTypes.DockerLayerGzip).PushTo(Registry, repository, tag: null) with
                {
                    Platform = platform,
                }
            ),
        ];
        Registry.AddManifest(
            repository,
            tag,
            OciJson.Write(new ImageIndex { MediaType = MediaTypes.DockerManifestList, Manifests = manifests }),
            MediaTypes.DockerManifestList
        );
    }

    // What buildx pushes: an OCI index with an attestation for each image, of a platform that is none.
    private void PushOfBuildkit(string name)
    {
        (string repository, string tag) = Split(name);
        Descriptor[] images =
        [
            .. Platforms.Select(platform =>
                SmallImage.Of(name, platform, Gzip, MediaTypes.LayerGzip).PushTo(Registry, repository, tag: null) with
                {
                    Platform = platform,
                }
            ),
        ];
        Platform none = new("unknown", "unknown");
        Descriptor[] attestations =
        [
            .. images.Select(image =>
                SmallImage.Of("attests " + image.Digest, none).PushTo(Registry, repository, tag: null) with
                {
                    Platform = none,
                }
            ),
        ];
        Registry.AddManifest(repository, tag, OciJson.Write(new ImageIndex { Manifests = [.. images, .. attestations] }), MediaTypes.Index);
    }

    private static (string Repository, string Tag) Split(string name) =>
        name.Split(':') is [var repository, var tag] ? (repository, tag) : throw new ArgumentException(name, nameof(name));

    public static byte[] Gzip(byte[] plain)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain);
        return bytes.ToArray();
    }
}
