using System.Text.Json;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.Recipes.Locks;
using NodeForge.TestSupport.Golden;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.Tests;

/// <summary>The shipped recipe for upstream's releases, whole but for its base, which is a layout of three files: a base out of packages
/// needs a mirror of Debian.</summary>
public sealed class TheUpstreamRecipe : IAsyncLifetime
{
    private static readonly string[] OfKubeadm =
    [
        "registry.k8s.io/coredns/coredns:v1.14.2",
        "registry.k8s.io/etcd:3.6.8-0",
        "registry.k8s.io/kube-apiserver:v1.36.2",
        "registry.k8s.io/kube-controller-manager:v1.36.2",
        "registry.k8s.io/kube-proxy:v1.36.2",
        "registry.k8s.io/kube-scheduler:v1.36.2",
        "registry.k8s.io/pause:3.10.2",
    ];

    private static readonly string[] OfManifests =
    [
        "nodeforge.dev/kindnetd:preloaded",
        "nodeforge.dev/local-path-helper:preloaded",
        "nodeforge.dev/local-path-provisioner:preloaded",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-upstream-").FullName;
    private UpstreamSite site = null!;

    public async ValueTask InitializeAsync()
    {
        site = await UpstreamSite.StartAsync();
        string root = GoldenFile.Repository;
        foreach (
            string part in (string[])
                [
                    "recipes/node/upstream.yaml",
                    "recipes/node/kindest.yaml",
                    "images/manifests/kindnet.yaml",
                    "images/manifests/local-path-storage.yaml",
                ]
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, part))!);
            File.Copy(Path.Combine(root, part), Path.Combine(folder, part));
        }

        const string shippedBase = "  recipe: ../base/${base}.yaml\n";
        string recipe = await File.ReadAllTextAsync(Recipe);
        Assert.Contains(shippedBase, recipe, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Recipe, recipe.Replace(shippedBase, "  image: oci:../../base:${base}\n", StringComparison.Ordinal));
        await WriteBaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await site.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Becomes_an_image_whose_closure_is_all_that_kubeadm_and_the_manifests_ask_for()
    {
        RecipeLock locked = (await Work("one").LockAsync(new LockRequest(Request), CancellationToken.None)).Lock;
        Assert.DoesNotContain("127.0.0.1", await File.ReadAllTextAsync(RecipeLockFile.DefaultPath(Recipe)), StringComparison.Ordinal);
        Assert.Equal(
            [
                "cni https://github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz",
                "containerd https://github.com/containerd/containerd/releases/download/v2.3.4/containerd-2.3.4-linux-amd64.tar.gz",
                "crictl https://github.com/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-amd64.tar.gz",
                "kubernetes https://dl.k8s.io/v1.36.2/kubernetes-server-linux-amd64.tar.gz",
                "runc https://github.com/opencontainers/runc/releases/download/v1.4.3/runc.amd64",
            ],
            locked.Parts[0].Files.Select(file => $"{file.Name} {file.Url}").Order(StringComparer.Ordinal)
        );

        await Work("one").FetchAsync(Request, offline: false, CancellationToken.None);
        Image image = Assert.Single(
            (await Work("one").BuildAsync(new BuildRequest(Request, "NodeImage") { Offline = true }, CancellationToken.None)).Images
        );

        JsonElement record = RecordOf(image, "one");
        Assert.Equal("v1.36.2", record.GetProperty("kubernetesVersion").GetString());
        string[] closure =
        [
            .. record
                .GetProperty("closure")
                .EnumerateArray()
                .SelectMany(item => item.GetProperty("references").EnumerateArray())
                .Select(reference => reference.GetString()!),
        ];
        Assert.Equal([], OfKubeadm.Concat(OfManifests).Except(closure));
        Assert.Equal(OfManifests, ManifestImages().Order(StringComparer.Ordinal));
        Assert.Equal(
            ["containerd", "runc", "cni", "crictl", "kubeadm", "kubectl", "kubelet"],
            record.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("name").GetString())
        );
    }

    [Fact]
    public async Task Gives_the_same_image_from_its_lock_in_a_cache_that_has_nothing()
    {
        await Work("one").LockAsync(new LockRequest(Request), CancellationToken.None);
        Image first = Assert.Single((await Work("one").BuildAsync(new BuildRequest(Request, "NodeImage"), CancellationToken.None)).Images);
        Image second = Assert.Single((await Work("two").BuildAsync(new BuildRequest(Request, "NodeImage"), CancellationToken.None)).Images);
        Assert.Equal(first.Id, second.Id);
        Assert.All(
            site.Registry.Requests.Where(request => request.Path.Contains("/blobs/", StringComparison.Ordinal)),
            request => Assert.Equal("GET", request.Method)
        );
    }

    [Fact]
    public async Task Puts_the_pinned_components_where_the_bases_units_look_for_them()
    {
        await Work("one").LockAsync(new LockRequest(Request), CancellationToken.None);
        Image image = Assert.Single((await Work("one").BuildAsync(new BuildRequest(Request, "NodeImage"), CancellationToken.None)).Images);
        string[] laid =
        [
            .. image
                .Layers.Where(layer => layer.Title is "containerd" or "runc" or "cni" or "crictl")
                .SelectMany(layer => PathsOf(layer, "one")),
        ];
        Assert.Equal(
            [
                "usr/bin/containerd",
                "usr/bin/containerd-shim-runc-v2",
                "usr/bin/containerd-stress",
                "usr/bin/crictl",
                "usr/bin/ctr",
                "usr/lib/cni/bridge",
                "usr/lib/cni/host-local",
                "usr/lib/cni/loopback",
                "usr/lib/cni/portmap",
                "usr/lib/cni/ptp",
                "usr/sbin/runc",
            ],
            laid.Order(StringComparer.Ordinal)
        );
        Assert.Equal("2.3.4", image.Config.Config?.Labels?["dev.nodeforge.containerd"]);
    }

    [Fact]
    public async Task Has_the_etcd_that_the_kubeadm_of_its_version_asks_for_and_no_other()
    {
        site.PushOfDocker("k8s/etcd:9.9.9-0");
        string[] wanted = ["registry.k8s.io/coredns/coredns:v1.14.2", "registry.k8s.io/etcd:9.9.9-0", "registry.k8s.io/pause:3.10.2"];
        site.ServeRelease(
            ServerRelease.Tarball(
                UpstreamSite.Version,
                SpeakingProgram.That(ServerRelease.Answer(UpstreamSite.Version, wanted), UpstreamSite.Version)
            )
        );
        RecipeLock locked = (await Work("one").LockAsync(new LockRequest(Request), CancellationToken.None)).Lock;
        string[] references =
        [
            .. locked
                .Parts[0]
                .Images.Select(image => image.Reference)
                .Where(reference => reference.Contains("k8s.io", StringComparison.Ordinal)),
        ];
        Assert.Equal(wanted.Select(reference => "docker://" + reference), references.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Has_what_is_on_record_where_the_kubeadm_of_its_version_cannot_be_run()
    {
        site.ServeRelease(ServerRelease.Tarball(UpstreamSite.Version));
        RecipeLock locked = (await Work("one").LockAsync(new LockRequest(Request), CancellationToken.None)).Lock;
        Assert.Contains("docker://registry.k8s.io/etcd:3.6.8-0", locked.Parts[0].Images.Select(image => image.Reference));
    }

    [Fact]
    public async Task Stands_on_kinds_base_as_well_with_the_sandbox_that_its_containerd_asks_for()
    {
        RecipeRequest request = Request with { Path = Path.Combine(folder, "recipes/node/kindest.yaml"), Platforms = ["linux/amd64"] };
        await Work("one").LockAsync(new LockRequest(request), CancellationToken.None);
        Image image = Assert.Single((await Work("one").BuildAsync(new BuildRequest(request, "NodeImage"), CancellationToken.None)).Images);
        JsonElement record = RecordOf(image, "one");
        string[] closure =
        [
            .. record
                .GetProperty("closure")
                .EnumerateArray()
                .SelectMany(item => item.GetProperty("references").EnumerateArray())
                .Select(reference => reference.GetString()!),
        ];
        Assert.Equal([], OfKubeadm.Concat(OfManifests).Append("registry.k8s.io/pause:3.10").Except(closure));
        Assert.Equal("docker://docker.io/kindest/base:v20260820-69b56db7", record.GetProperty("base").GetProperty("origin").GetString());
    }

    [Theory]
    [InlineData("/github/opencontainers/runc/releases/download/v1.4.3/runc.sha256sum")]
    [InlineData("/github/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-amd64.tar.gz.sha256")]
    public async Task Cannot_be_locked_without_the_checksums_that_it_names(string path)
    {
        site.Releases.Serve(path, Replies.Status(404, "no such file"));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Work("one").LockAsync(new LockRequest(Request), CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.ChecksumMissing, failure.Diagnostics[0].Code);
    }

    [Fact]
    public async Task Cannot_be_locked_while_a_checksum_file_of_the_release_says_otherwise()
    {
        site.Releases.Serve(site.TarballPath + ".sha256", Replies.Status(200, new string('0', 64)));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Work("one").LockAsync(new LockRequest(Request), CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.ChecksumFileDisagrees, failure.Diagnostics[0].Code);
        Assert.False(File.Exists(RecipeLockFile.DefaultPath(Recipe)));
    }

    private string Recipe => Path.Combine(folder, "recipes/node/upstream.yaml");

    private RecipeRequest Request => new(Recipe, null, new Dictionary<string, string> { ["version"] = UpstreamSite.Version }, []);

    private Forge Work(string cache) =>
        new(
            new ForgeOptions
            {
                Host = HostEnvironment.FromProcess(),
                Cache = Path.Combine(folder, cache),
                SourceDateEpoch = 1_747_000_000,
                Mirrors = SourceMirrors.OfThisMachine(name => name == SourceMirrors.Variable ? site.Mirrors : null),
            },
            SilentReporter.Instance
        );

    private IEnumerable<string> ManifestImages() =>
        Directory
            .EnumerateFiles(Path.Combine(folder, "images/manifests"))
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("image: ", StringComparison.Ordinal))
            .Select(line => line["image: ".Length..])
            .Distinct();

    private JsonElement RecordOf(Image image, string cache)
    {
        BlobStore store = new(Path.Combine(folder, cache, "blobs"));
        using Stream layer = store.OpenRead(image.Layers[^1].Descriptor.Digest);
        using TarReader reader = new(layer, "last layer");
        while (reader.Read() is { } entry)
        {
            if (entry.Path == "usr/lib/nodeforge/image.json")
                return JsonDocument.Parse(reader.Content).RootElement.Clone();
        }

        throw new InvalidOperationException("the node says nothing of itself");
    }

    private IEnumerable<string> PathsOf(Layer layer, string cache)
    {
        List<string> paths = [];
        using Stream content = new BlobStore(Path.Combine(folder, cache, "blobs")).OpenRead(layer.Descriptor.Digest);
        using TarReader reader = new(content, layer.Title);
        while (reader.Read() is { } entry)
        {
            if (entry.Kind == TarEntryKind.File)
                paths.Add(entry.Path);
        }

        return paths;
    }

    private async Task WriteBaseAsync()
    {
        BlobStore store = new(Path.Combine(folder, "elsewhere"));
        LayerEntry[] entries =
        [
            new(
                new TarEntry
                {
                    Path = "var/lib",
                    Kind = TarEntryKind.Directory,
                    Mode = 0x1ed,
                },
                null
            ),
        ];
        LayerBlob layer = LayerWriter.WriteToStore(entries, store, LayerEncoding.None, 0);
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", [layer.DiffId]),
            }
        );
        byte[] manifest = OciJson.Write(
            new Manifest { Config = new(MediaTypes.Config, store.Write(config), config.Length), Layers = [layer.Descriptor] }
        );
        await OciLayout.WriteAsync(
            Path.Combine(folder, "base"),
            StoredImages.Of(store, new(MediaTypes.Manifest, store.Write(manifest), manifest.Length), null, "bookworm"),
            CancellationToken.None
        );
    }
}
