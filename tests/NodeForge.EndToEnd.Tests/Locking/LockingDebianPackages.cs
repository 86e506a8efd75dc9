using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Images.Locking;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.EndToEnd.Tests.Locking;

/// <summary>With the real apt and the machine's own mirror.</summary>
[Trait("Category", "EndToEnd")]
public sealed class LockingDebianPackages : IDisposable
{
    private static readonly string[] NodePackages =
    [
        "systemd",
        "systemd-sysv",
        "dbus",
        "containerd",
        "runc",
        "containernetworking-plugins",
        "iptables",
        "nftables",
        "conntrack",
        "haproxy",
        "iproute2",
        "ca-certificates",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-lock-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [AptFact]
    public async Task A_closure_is_complete_pinned_and_kept_until_it_is_asked_for_anew()
    {
        RecipeLock first = await LockAsync(Base([.. NodePackages]));
        IReadOnlyList<LockedPackage> packages = first.Parts[0].Packages;
        Assert.Superset(
            NodePackages.Append("libc6").Append("usr-is-merged").ToHashSet(),
            packages.Select(package => package.Name).ToHashSet()
        );
        Assert.DoesNotContain(packages, package => package.Name is "usrmerge" or "apt");
        Assert.True(first.Epoch > 1_600_000_000);

        RecipeLock offline = await LockAsync(Base([.. NodePackages]), first, new DebianMirrors());
        Assert.Equal(packages, offline.Parts[0].Packages);

        RecipeLock more = await LockAsync(Base([.. NodePackages, "socat"]), first);
        Assert.Equal(
            ["socat"],
            more.Parts[0]
                .Packages.Select(package => package.Name)
                .Except(packages.Select(package => package.Name))
                .Where(name => !name.StartsWith("lib", StringComparison.Ordinal))
        );
        Assert.Empty(packages.Except(more.Parts[0].Packages));

        RecipeLock fewer = await LockAsync(Base([.. NodePackages]), more);
        Assert.Equal(packages, fewer.Parts[0].Packages);
    }

    [AptFact]
    public async Task Unknown_packages_are_all_named()
    {
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            LockAsync(Base(["no-such-package-one", "no-such-package-two"]))
        );
        Assert.Equal(2, failure.Diagnostics.Count);
        Assert.All(failure.Diagnostics, diagnostic => Assert.Equal(ErrorCodes.PackageNotInSuite, diagnostic.Code));
    }

    [AptFact]
    public async Task A_keyring_of_others_is_refused_by_the_name_of_suite_and_keyring()
    {
        string keyring = Path.Combine(folder, "empty.gpg");
        await File.WriteAllBytesAsync(keyring, []);
        BaseImageRecipe recipe = Base(["runc"]);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            LockAsync(recipe with { Debian = recipe.Debian with { Keyring = keyring } })
        );
        Assert.Equal(ErrorCodes.ArchiveSignatureInvalid, failure.Diagnostics[0].Code);
        Assert.Contains("bookworm", failure.Diagnostics[0].What, StringComparison.Ordinal);
        Assert.Equal(keyring, failure.Diagnostics[0].Where!.Resource);
    }

    [AptFact]
    public async Task Another_architecture_is_resolved_on_this_machine()
    {
        RecipeLock locked = await LockAsync(Base(["runc"]) with { Platforms = [Platform.LinuxArm64] });
        Assert.All(locked.Parts[0].Packages, package => Assert.Contains(package.Architecture, (string[])["arm64", "all"]));
        Assert.Contains(locked.Parts[0].Packages, package => package is { Name: "runc", Architecture: "arm64" });
    }

    [AptFact]
    public async Task What_is_extracted_is_exactly_what_is_named()
    {
        ContainerImageRecipe recipe = new()
        {
            File = "/recipes/etcd.yaml",
            Name = "etcd",
            Platforms = [Platform.LinuxAmd64],
            Tags = ["etcd:1"],
            Debian = new()
            {
                From = new() { Suite = "bookworm", Packages = ["etcd-server", "libc6"] },
                Extract = ["/usr/bin/etcd"],
            },
            Contents = new(),
        };
        RecipeLock locked = await LockAsync(recipe);
        Assert.Equal(["etcd-server", "libc6"], locked.Parts[0].Packages.Select(package => package.Name));
    }

    [AptFact]
    public async Task A_source_package_is_its_dsc_and_its_archives()
    {
        KubernetesBuildRecipe recipe = new()
        {
            File = "/recipes/kubernetes.yaml",
            Name = "kubernetes",
            Platforms = [Platform.LinuxAmd64],
            Version = "v1.20.2",
            Source = new("bookworm", "kubernetes"),
            Toolchain = new() { Suite = "bookworm", Packages = ["golang-1.19-go"] },
            Script = "/recipes/build",
            Binaries = [],
            Images = [],
        };
        LockedPart part = (await LockAsync(recipe)).Parts[0];
        Assert.Contains(
            part.Files,
            file =>
                file.Name.EndsWith(".dsc", StringComparison.Ordinal)
                && file.Path!.StartsWith("pool/main/k/kubernetes/kubernetes_1.20.5", StringComparison.Ordinal)
        );
        Assert.Contains(part.Files, file => file.Name.Contains(".orig.tar.", StringComparison.Ordinal));
        Assert.Contains(part.Packages, package => package.Name == "golang-1.19-go");
        LockedPart cross = (await LockAsync(recipe with { Platforms = [Platform.LinuxArm64] })).Parts[0];
        Assert.Equal("linux/arm64", cross.Platform);
        Assert.Equal(part.Packages, cross.Packages); // it runs on this machine, whatever it compiles for
        RecipeLock built = new()
        {
            Recipe = Digest.Of("recipe"u8),
            Epoch = 1,
            Parts = [part with { Output = Digest.Of("tarball"u8) }],
        };
        Assert.Equal(Digest.Of("tarball"u8), (await LockAsync(recipe, built, new DebianMirrors())).Parts[0].Output);
    }

    private static BaseImageRecipe Base(string[] packages) =>
        new()
        {
            File = "/recipes/base.yaml",
            Name = "base",
            Platforms = [Platform.LinuxAmd64],
            Debian = new() { Suite = "bookworm", Packages = packages },
            Contents = new(),
        };

    private async Task<RecipeLock> LockAsync(Recipe recipe, RecipeLock? previous = null, DebianMirrors? mirrors = null)
    {
        using HttpConnections connections = new();
        Locker locker = new(
            new BlobStore(Path.Combine(folder, "store")),
            Path.Combine(folder, "cache"),
            connections,
            null,
            HostEnvironment.FromProcess()
        );
        LockOptions options = new()
        {
            DigestOf = (_, _) => Task.FromResult(Digest.Of("recipe"u8)),
            Mirrors = new(mirrors ?? DebianMirrors.OfThisMachine(HostEnvironment.FromProcess().Variable)),
        };
        return await locker.LockAsync(recipe, previous, options, SilentReporter.Instance, CancellationToken.None);
    }
}
