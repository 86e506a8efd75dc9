using NodeForge.Images.Assembly;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using RecipeImage = NodeForge.Recipes.ImageSource;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>All that a node is made of, in small: a foreign base as a layout, a server tarball with one image, archives.</summary>
internal sealed class NodeRoom : IDisposable
{
    public const string Apiserver = "registry.k8s.io/kube-apiserver:v1.20.2";
    public const string ApiserverAlias = "registry.k8s.io/kube-apiserver-amd64:v1.20.2";
    public const string Pause = "registry.k8s.io/pause:3.2";

    public NodeRoom(string version = "v1.20.2", string extra = "extra", params string[] apiserverNames)
        : this(version, extra, null, apiserverNames) { }

    /// <param name="runtime">containerd's configuration in the base; null: the base has none.</param>
    public NodeRoom(string version, string extra, string? runtime, string[] apiserverNames)
    {
        Version = version;
        BlobStore elsewhere = new(Room["elsewhere"]);
        OciLayout
            .WriteAsync(
                Room["base"],
                StoredImages.Of(
                    elsewhere,
                    Put(
                        elsewhere,
                        Base(runtime),
                        new ContainerDefaults
                        {
                            Entrypoint = ["/usr/local/bin/entrypoint", "/sbin/init"],
                            StopSignal = "SIGRTMIN+3",
                            Env = ["container=docker", "PATH=/bin"],
                        }
                    )
                ),
                default
            )
            .GetAwaiter()
            .GetResult();
        Descriptor apiserver = Image(elsewhere, "apiserver");
        DockerArchiveWriter.Write(
            Room["kube-apiserver.tar"],
            [
                .. (apiserverNames is [] ? [Apiserver, ApiserverAlias] : apiserverNames).SelectMany(name =>
                    StoredImages.Of(elsewhere, apiserver, ImageReference.Parse(name))
                ),
            ],
            Platform.LinuxAmd64,
            default
        );
        DockerArchiveWriter.Write(
            Room["pause.tar"],
            StoredImages.Of(elsewhere, Image(elsewhere, "pause"), ImageReference.Parse(Pause)),
            Platform.LinuxAmd64,
            default
        );
        DockerArchiveWriter.Write(
            Room["extra.tar"],
            StoredImages.Of(elsewhere, Image(elsewhere, extra), ImageReference.Parse("example.com/shop/front:1")),
            Platform.LinuxAmd64,
            default
        );
        DockerArchiveWriter.Write(
            Room["other.tar"],
            StoredImages.Of(elsewhere, Image(elsewhere, "other"), ImageReference.Parse("example.org/garden/front:1")),
            Platform.LinuxAmd64,
            default
        );
        Room.Write(
            "server.tar.gz",
            AssemblyRoom.Encode(
                AssemblyRoom.Tar([
                    .. new[] { "kubeadm", "kubectl", "kubelet" }.Select(name =>
                        AssemblyRoom.Entry($"kubernetes/server/bin/{name}", AssemblyRoom.Program(version), 0x1ed)
                    ),
                    AssemblyRoom.Entry("kubernetes/server/bin/kube-apiserver.tar", File.ReadAllBytes(Room["kube-apiserver.tar"])),
                ]),
                LayerEncoding.Gzip
            )
        );
        Room.Write("network.yaml", "kind: List\n");
    }

    public AssemblyRoom Room { get; } = new();

    public string Version { get; }

    public NodeImageRecipe Recipe =>
        new()
        {
            File = Room["node.yaml"],
            Name = "node",
            Platforms = [Platform.LinuxAmd64],
            Base = new(null, new RecipeImage("oci:base", Room["base"])),
            Kubernetes = new() { Version = Version, Tarball = Room["server.tar.gz"] },
            Images = [Archive("pause.tar"), Archive("extra.tar"), Archive("other.tar")],
            HeldAgainstKubeadm = false,
            Manifests = new(Room["network.yaml"], null),
            Contents = new()
            {
                Files =
                [
                    new FileSource
                    {
                        Path = "/etc/motd",
                        Kind = FileSourceKind.Content,
                        Content = "hello\n",
                    },
                ],
                Systemd = new() { Enable = ["containerd.service"] },
                Environment = new Dictionary<string, string> { ["EXAMPLE"] = "1" },
            },
        };

    public static RecipeLock Lock { get; } =
        new()
        {
            Recipe = Digest.Of("recipe"u8),
            Epoch = AssemblyRoom.Epoch,
            Parts = [new LockedPart { Recipe = "node.yaml", Platform = "linux/amd64" }],
        };

    public NodeImagePlan Plan(NodeImageRecipe recipe) => (NodeImagePlan)Planner.Plan(recipe, Lock, Platform.LinuxAmd64);

    public Task<Image> AssembleAsync(NodeImageRecipe recipe) =>
        new ImageAssembler(Room.Environment).AssembleAsync(Plan(recipe), CancellationToken.None);

    /// <summary>The last layer's entries.</summary>
    public Dictionary<string, (TarEntry Header, string Text)> Last(Image image) => Room.Read(image.Layers[^1].Descriptor);

    public PreloadedImage Archive(string file) => new() { Image = new RecipeImage("docker-archive:" + file, Room[file]) };

    public void Dispose() => Room.Dispose();

    private static LayerEntry[] Base(string? runtime) =>
        [
            .. runtime is null ? [] : new[] { AssemblyRoom.File_("etc/containerd/config.toml", runtime) },
            AssemblyRoom.Folder_("usr/sbin"),
            AssemblyRoom.Link("sbin", "usr/sbin"),
            AssemblyRoom.Folder_("var/lib"),
            AssemblyRoom.File_("usr/lib/systemd/system/containerd.service", "[Install]\nWantedBy=multi-user.target\n"),
        ];

    private static Descriptor Image(BlobStore store, string text) => Put(store, [AssemblyRoom.File_("hello", text)], new());

    private static Descriptor Put(BlobStore store, LayerEntry[] entries, ContainerDefaults defaults)
    {
        LayerBlob layer = LayerWriter.WriteToStore(entries, store, LayerEncoding.None, AssemblyRoom.Epoch);
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                Config = defaults,
                RootFs = new("layers", [layer.DiffId]),
            }
        );
        byte[] manifest = OciJson.Write(
            new Manifest { Config = new(MediaTypes.Config, store.Write(config), config.Length), Layers = [layer.Descriptor] }
        );
        return new(MediaTypes.Manifest, store.Write(manifest), manifest.Length);
    }
}
