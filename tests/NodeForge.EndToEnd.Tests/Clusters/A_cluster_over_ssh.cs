using NodeForge.EndToEnd.Tests.Engines;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A cluster on an engine that only ssh leads to; here it is this machine's.</summary>
[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class A_cluster_over_ssh(SshServer server) : IClassFixture<SshServer>, IDisposable
{
    private readonly string name = "nf-ssh-" + Path.GetRandomFileName()[..6];
    private readonly string folder = Directory.CreateTempSubdirectory("nf-ssh-cluster-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_is_made_shown_and_removed()
    {
        string kubeconfig = Path.Combine(folder, "kubeconfig");
        try
        {
            await NodeForgeAsync("create", "cluster", "--name", name, "--image", NodeImage.Reference, "--kubeconfig", kubeconfig);
            Assert.Equal($"{name}-control-plane", (await NodeForgeAsync("get", "nodes", "--name", name)).Trim());
        }
        finally
        {
            await NodeForgeAsync("delete", "cluster", "--name", name, "--kubeconfig", kubeconfig);
        }

        Assert.DoesNotContain(name, await NodeForgeAsync("get", "clusters"), StringComparison.Ordinal);
    }

    private async Task<string> NodeForgeAsync(params string[] arguments) =>
        (await ProgramRun.TryAsync(Checkout.NodeForge(arguments), server.Variables(server.Address))).Succeeded().Output;
}
