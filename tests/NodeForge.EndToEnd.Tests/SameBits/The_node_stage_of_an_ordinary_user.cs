using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.SameBits;

/// <summary>
/// What a pod of the profile "restricted" is: user 65532, no capability and no way to gain one, a root file system that is read-only. Where
/// the configured base and the compiled
/// Kubernetes are at hand, the rest of a node image is made there, to the same bits.
/// </summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class The_node_stage_of_an_ordinary_user(NodeImage node) : IDisposable
{
    private const string User = "65532";

    // The cache is a mount of its own, as a pod's volume is.
    private const string Room = """
        mount --bind "$1" "$1"
        mount -o remount,ro,bind /
        shift
        exec "$@"
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-restricted-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_comes_out_as_what_root_makes_on_a_whole_machine()
    {
        CacheOfItsOwn cache = await FinishedWorkAsync();
        ProgramRun run = await ProgramRun.TryAsync(
            [
                "unshare",
                "--mount",
                "sh",
                "-euc",
                Room,
                "room",
                cache.Folder,
                "setpriv",
                $"--reuid={User}",
                $"--regid={User}",
                "--clear-groups",
                "--bounding-set=-all",
                "--inh-caps=-all",
                "--no-new-privs",
                .. Build(cache),
            ],
            new Dictionary<string, string?>
            {
                ["HOME"] = cache.Folder,
                ["DOTNET_CLI_HOME"] = cache.Folder,
                ["TMPDIR"] = Path.Combine(cache.Folder, "tmp"),
            },
            "/"
        );
        IsTheSame(BuiltProduct.Read(run.Succeeded().Output));
    }

    /// <summary>The engine's default seccomp profile is what a pod's RuntimeDefault is.</summary>
    [Fact]
    public async Task It_comes_out_the_same_in_a_container_that_may_do_nothing()
    {
        CacheOfItsOwn cache = await FinishedWorkAsync();
        // The node image is the only one that is sure to be there; the programs are this machine's.
        string runtime = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        ProgramRun run = await ProgramRun.TryAsync([
            "docker",
            "run",
            "--rm",
            "--network=none",
            $"--user={User}:{User}",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--read-only",
            "--volume=/usr:/usr:ro",
            $"--volume={runtime}:{runtime}:ro",
            $"--volume={Checkout.Root}:{Checkout.Root}:ro",
            $"--volume={Path.GetDirectoryName(Checkout.NodeLock)}:{Path.GetDirectoryName(Checkout.NodeLock)}:ro",
            $"--volume={cache.Folder}:{cache.Folder}",
            $"--env=HOME={cache.Folder}",
            $"--env=TMPDIR={cache.Folder}/tmp",
            $"--env=PATH={runtime}:/usr/bin:/bin",
            "--entrypoint=sh",
            NodeImage.Reference,
            "-euc",
            // A process that is filtered and gains nothing says so itself; the engine's word for it is not asked.
            """
            grep --quiet '^Seccomp:.*2$' /proc/self/status
            grep --quiet '^NoNewPrivs:.*1$' /proc/self/status
            grep --quiet '^CapBnd:.*0000000000000000$' /proc/self/status
            exec "$@"
            """,
            "container",
            .. Build(cache),
        ]);
        IsTheSame(BuiltProduct.Read(run.Succeeded().Output));
    }

    private async Task<CacheOfItsOwn> FinishedWorkAsync()
    {
        CacheOfItsOwn cache = new(Path.Combine(folder, "cache"));
        cache.TakeOverFetched(Checkout.Platform);
        cache.TakeOverKubernetes(Checkout.Platform);
        cache.TakeOver(CacheOfItsOwn.IsConfiguredRootfs);
        Directory.CreateDirectory(Path.Combine(cache.Folder, "tmp"));
        await ProgramRun.OutputAsync("chown", "--recursive", $"{User}:{User}", folder);
        return cache;
    }

    private static IReadOnlyList<string> Build(CacheOfItsOwn cache) =>
        Checkout.NodeForge(
            "build",
            "node-image",
            Checkout.NodeRecipe,
            "--lock",
            Checkout.NodeLock,
            "--platform",
            Checkout.Platform,
            "--cache",
            cache.Folder,
            "--offline",
            "-o",
            "json"
        );

    private void IsTheSame(BuiltProduct built)
    {
        Assert.Equal(node.Product.DiffIds, built.DiffIds);
        Assert.Equal(node.Product.ImageId, built.ImageId);
    }
}
