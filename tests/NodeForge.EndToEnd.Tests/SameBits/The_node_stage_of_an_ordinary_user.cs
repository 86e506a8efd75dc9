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
        CacheOfItsOwn cache = new(Path.Combine(folder, "cache"));
        cache.TakeOverFetched(Checkout.Platform);
        cache.TakeOverKubernetes(Checkout.Platform);
        cache.TakeOver(CacheOfItsOwn.IsConfiguredRootfs);
        Directory.CreateDirectory(Path.Combine(cache.Folder, "tmp"));
        await ProgramRun.OutputAsync("chown", "--recursive", $"{User}:{User}", folder);
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
                .. Checkout.NodeForge(
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
                ),
            ],
            new Dictionary<string, string?>
            {
                ["HOME"] = cache.Folder,
                ["DOTNET_CLI_HOME"] = cache.Folder,
                ["TMPDIR"] = Path.Combine(cache.Folder, "tmp"),
            },
            "/"
        );
        BuiltProduct built = BuiltProduct.Read(run.Succeeded().Output);
        Assert.Equal(node.Product.DiffIds, built.DiffIds);
        Assert.Equal(node.Product.ImageId, built.ImageId);
    }
}
