using System.Text.Json;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>The shipped recipe for upstream's releases as it is, with its real base, from servers on loopback that stand for
/// upstream's.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class The_upstream_recipe : IDisposable
{
    private const string Reference = "nodeforge/node:upstream-test";

    private static readonly string[] AskedFor =
    [
        "nodeforge.dev/kindnetd:preloaded",
        "nodeforge.dev/local-path-helper:preloaded",
        "nodeforge.dev/local-path-provisioner:preloaded",
        "registry.k8s.io/coredns/coredns:v1.14.2",
        "registry.k8s.io/etcd:3.6.8-0",
        "registry.k8s.io/kube-apiserver:v1.36.2",
        "registry.k8s.io/kube-controller-manager:v1.36.2",
        "registry.k8s.io/kube-proxy:v1.36.2",
        "registry.k8s.io/kube-scheduler:v1.36.2",
        "registry.k8s.io/pause:3.10.2",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-upstream-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Is_locked_fetched_and_built_and_its_node_has_every_image_that_it_will_ask_for()
    {
        await using UpstreamSite site = await UpstreamSite.StartAsync(OfThisMachine);
        await RunAsync(site, "lock");
        using JsonDocument locked = JsonDocument.Parse(await File.ReadAllTextAsync(Lock));
        Assert.Equal(
            ["upstream.yaml", "../base/bookworm.yaml"],
            locked.RootElement.GetProperty("parts").EnumerateArray().Select(static part => part.GetProperty("recipe").GetString())
        );
        await RunAsync(site, "fetch");
        await RunAsync(null, "build", "node-image", "--offline", "--output", "docker-daemon:" + Reference);
        try
        {
            await using BootedNode node = await BootedNode.StartAsync(Reference);
            Assert.Equal(UpstreamSite.Version, await node.RunAsync("cat", "/kind/version"));
            string[] images = (await node.RunAsync("ctr", "--namespace=k8s.io", "images", "ls", "-q")).Split('\n');
            Assert.Equal([], AskedFor.Except(images));
            // Every blob of every image is in containerd's store, and is what its digest says.
            string check = await node.RunAsync("ctr", "--namespace=k8s.io", "images", "check");
            Assert.Equal(
                [],
                check
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Skip(1)
                    .Where(static line => !line.Contains(" complete ", StringComparison.Ordinal))
            );
            // In the words of the containerd that the recipe pins, a version 2.
            Assert.Contains(
                "sandbox = \"registry.k8s.io/pause:3.10.2\"",
                await node.RunAsync("cat", "/etc/containerd/config.toml"),
                StringComparison.Ordinal
            );
        }
        finally
        {
            await ProgramRun.TryAsync(["docker", "rmi", "--force", Reference]);
        }
    }

    // A node boots with the containerd that it is given: this machine's, where the recipe asks for a newer one.
    private static byte[]? OfThisMachine(string program) =>
        program switch
        {
            "containerd" or "containerd-shim-runc-v2" or "ctr" => File.ReadAllBytes("/usr/bin/" + program),
            "runc" => File.ReadAllBytes("/usr/sbin/runc"),
            _ => null,
        };

    private string Lock => Path.Combine(folder, "upstream.lock.json");

    private static string Recipe => Path.Combine(Checkout.Root, "recipes/node/upstream.yaml");

    private async Task RunAsync(UpstreamSite? site, string command, params string[] more)
    {
        string[] verb = more is ["node-image", ..] ? [command, more[0], Recipe, .. more[1..]] : [command, Recipe, .. more];
        (
            await ProgramRun.TryAsync(
                Checkout.NodeForge([.. verb, "--set", "version=" + UpstreamSite.Version, "--lock", Lock, "--cache", Checkout.Cache]),
                new Dictionary<string, string?> { ["NODEFORGE_MIRRORS"] = site?.Mirrors }
            )
        ).Succeeded();
    }
}
