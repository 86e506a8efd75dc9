using System.Runtime.InteropServices;
using NodeForge.Images.Fetching;
using NodeForge.Images.Locking;
using NodeForge.Images.Tests.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Registry;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.Images.Tests.Locking;

public sealed class AskingKubeadm
{
    private static readonly string[] OnRecord =
    [
        "registry.k8s.io/coredns/coredns:v1.14.2",
        "registry.k8s.io/etcd:3.6.8-0",
        "registry.k8s.io/pause:3.10.2",
    ];

    // The programs of these tests are for amd64; elsewhere they are what cannot be run.
    private static readonly bool Runs = RuntimeInformation.OSArchitecture == Architecture.X64;

    [Fact]
    public async Task What_the_program_of_the_release_names_is_locked_whatever_is_on_record()
    {
        await using FetchRoom room = new();
        Serve(
            room,
            "v1.99.0",
            SpeakingProgram.That(ServerRelease.Answer("v1.99.0", "registry.k8s.io/etcd:9.9.9-0", "registry.k8s.io/pause:9"), "v1.99.0")
        );
        if (Runs)
            Assert.Equal(["registry.k8s.io/etcd:9.9.9-0", "registry.k8s.io/pause:9"], Names(await LockAsync(room, Node(room, "v1.99.0"))));
    }

    [Fact]
    public async Task A_version_that_is_not_on_record_and_cannot_be_asked_is_refused()
    {
        await using FetchRoom room = new();
        Serve(room, "v1.99.0", null);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => LockAsync(room, Node(room, "v1.99.0")));
        Assert.Equal(ErrorCodes.KubeadmImagesUnknown, Assert.Single(failure.Diagnostics).Code);
    }

    [Fact]
    public async Task A_patch_that_nobody_has_seen_and_that_cannot_be_asked_gets_what_the_one_before_it_wants_and_that_is_told()
    {
        await using FetchRoom room = new();
        Serve(room, "v1.36.99", null);
        Assert.Equal(OnRecord, Names(await LockAsync(room, Node(room, "v1.36.99"))));
        Assert.Equal(ErrorCodes.KubeadmNotAsked, Assert.Single(room.Events.OfType<Warned>()).Diagnostic.Code);
    }

    [Fact]
    public async Task A_program_that_fails_has_said_nothing()
    {
        await using FetchRoom room = new();
        Serve(room, "v1.36.2", SpeakingProgram.That("registry.k8s.io/etcd:1\n", "v1.36.2", exitCode: 1));
        Assert.Equal(OnRecord, Names(await LockAsync(room, Node(room, "v1.36.2"))));
        Assert.Empty(room.Events.OfType<Warned>());
    }

    [Fact]
    public async Task A_name_that_another_entry_has_is_that_entrys()
    {
        await using FetchRoom room = new();
        Serve(room, "v1.36.2", null);
        NodeImageRecipe recipe = Node(room, "v1.36.2");
        recipe = recipe with
        {
            Images = [new() { Image = new ImageSource("docker://example.com/etcd:1", null), Tags = [OnRecord[1]] }, .. recipe.Images],
        };
        Assert.Equal(["example.com/etcd:1", OnRecord[0], OnRecord[2]], Names(await LockAsync(room, recipe)));
    }

    [Fact]
    public async Task Asked_again_of_the_same_release_nothing_is_asked_and_another_version_asks_anew()
    {
        await using FetchRoom room = new();
        Serve(room, "v1.36.2", null);
        Serve(room, "v1.35.0", null);
        RecipeLock first = await LockAsync(room, Node(room, "v1.36.2"));
        int asked = room.Server.Requests.Count;
        RecipeLock second = await LockAsync(room, Node(room, "v1.36.2"), first);
        Assert.Equal(asked, room.Server.Requests.Count);
        Assert.Equal(OnRecord, Names(second));
        Assert.Contains("registry.k8s.io/etcd:3.6.6-0", Names(await LockAsync(room, Node(room, "v1.35.0"), second)));
    }

    [Fact]
    public async Task Of_a_tree_that_is_to_be_compiled_its_source_is_read()
    {
        await using FetchRoom room = new();
        string constants = Path.Combine(room.Folder, "tree/cmd/kubeadm/app/constants/constants.go");
        Directory.CreateDirectory(Path.GetDirectoryName(constants)!);
        await File.WriteAllTextAsync(
            constants,
            "const (\n\t// DefaultEtcdVersion is one\n\tDefaultEtcdVersion = \"3.9.1-0\"\n\tCoreDNSVersion = \"v1.20.0\"\n\tPauseVersion = \"3.11\"\n)\n"
        );
        KubernetesBuildRecipe build = new()
        {
            File = "/recipes/build.yaml",
            Name = "build",
            Platforms = [Platform.LinuxAmd64],
            Version = "v1.99.0-alpha.1",
            Source = null,
            Tree = new() { Folder = Path.Combine(room.Folder, "tree") },
            Toolchain = new() { Suite = "sid", Packages = ["golang"] },
            Script = "/recipes/script",
            Binaries = [],
            Images = [],
        };
        NodeImageRecipe recipe = Node(room, build.Version) with
        {
            Kubernetes = new() { Version = build.Version, Build = build },
        };
        KubeadmQuestion question = new(
            BuildEnvironment.Of(Path.Combine(room.Folder, "cache"), room.Store, HostEnvironment.FromProcess(), room)
        );
        Assert.Equal(
            ["registry.k8s.io/coredns/coredns:v1.20.0", "registry.k8s.io/etcd:3.9.1-0", "registry.k8s.io/pause:3.11"],
            await question.AskAsync(recipe, [], Platform.LinuxAmd64, CancellationToken.None)
        );
    }

    private static void Serve(FetchRoom room, string version, byte[]? kubeadm) =>
        room.Server.Serve($"/{version}/server.tar.gz", Replies.File(ServerRelease.Tarball(version, kubeadm)));

    private static IEnumerable<string> Names(RecipeLock locked) =>
        [.. locked.Parts[0].Images.Select(image => image.Reference["docker://".Length..])];

    private static NodeImageRecipe Node(FetchRoom room, string version) =>
        new()
        {
            File = "/recipes/node.yaml",
            Name = "node",
            Platforms = [Platform.LinuxAmd64],
            Base = new(null, new ImageSource("oci:base", "/images/base")),
            Kubernetes = new() { Version = version, Release = room.Server.Address + "/{version}/server.tar.gz" },
            Images = [new() { OfKubeadm = true }],
            Contents = new(),
        };

    private static async Task<RecipeLock> LockAsync(FetchRoom room, NodeImageRecipe recipe, RecipeLock? previous = null)
    {
        using HttpConnections connections = new();
        using EveryRegistry everywhere = new();
        using RegistryClient any = new(everywhere, new());
        Locker locker = new(room.Store, Path.Combine(room.Folder, "cache"), connections, any, HostEnvironment.FromProcess());
        LockOptions options = new() { DigestOf = (_, _) => Task.FromResult(Digest.Of("recipe"u8)), Fetch = room.Options };
        return await locker.LockAsync(recipe, previous, options, room, CancellationToken.None);
    }
}
