using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Testing;

/// <summary>The targets that make and remove a cluster, called as a build calls them.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class Clusters_that_a_build_makes : IDisposable
{
    private const string Name = "nf-e2e-msbuild";

    // MSBuild's own, which this test has from the dotnet that runs it.
    private static readonly Dictionary<string, string?> Clean = new()
    {
        ["MSBUILD_EXE_PATH"] = null,
        ["MSBuildExtensionsPath"] = null,
        ["MSBuildSDKsPath"] = null,
        ["MSBuildLoadMicrosoftTargetsReadOnly"] = null,
    };

    private readonly string folder = Directory.CreateTempSubdirectory("nf-msbuild-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task One_target_makes_a_cluster_which_answers_and_another_removes_it()
    {
        string targets = Path.Combine(Checkout.Root, "src/NodeForge.MSBuild/build/NodeForge.MSBuild"),
            tasks = AppContext.BaseDirectory.Replace("NodeForge.EndToEnd.Tests", "NodeForge.MSBuild", StringComparison.Ordinal),
            kubeconfig = Path.Combine(folder, "kubeconfig");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "cluster.proj"),
            $"""
            <Project>
              <Import Project="{targets}.props" />
              <PropertyGroup>
                <NodeForgeTasksFolder>{tasks}</NodeForgeTasksFolder>
                <NodeForgeClusterName>{Name}</NodeForgeClusterName>
                <NodeForgeClusterImage>{NodeImage.Reference}</NodeForgeClusterImage>
                <NodeForgeKubeconfig>{kubeconfig}</NodeForgeKubeconfig>
              </PropertyGroup>
              <Import Project="{targets}.targets" />
            </Project>
            """
        );
        try
        {
            ProgramRun made = (await RunAsync("NodeForgeCreateCluster")).Succeeded();
            Assert.Contains($"{Name} -> https://127.0.0.1:", made.Output, StringComparison.Ordinal);
            Assert.Contains("kind-" + Name, await File.ReadAllTextAsync(kubeconfig), StringComparison.Ordinal);
            Assert.Contains(
                " Ready ",
                await ProgramRun.OutputAsync(
                    "docker",
                    "exec",
                    Name + "-control-plane",
                    "kubectl",
                    "--kubeconfig=/etc/kubernetes/admin.conf",
                    "get",
                    "nodes"
                ),
                StringComparison.Ordinal
            );
            ProgramRun again = (await RunAsync("NodeForgeCreateCluster")).Returned(1);
            Assert.Contains("cluster.proj : error NF", again.Output, StringComparison.Ordinal);
        }
        finally
        {
            (await RunAsync("NodeForgeDeleteCluster")).Succeeded();
        }

        Assert.Empty(await ProgramRun.OutputAsync("docker", "ps", "--all", "--quiet", "--filter", "label=io.x-k8s.kind.cluster=" + Name));
        Assert.DoesNotContain("kind-" + Name, await File.ReadAllTextAsync(kubeconfig), StringComparison.Ordinal);
        (await RunAsync("NodeForgeDeleteCluster")).Succeeded();
    }

    private Task<ProgramRun> RunAsync(string target) =>
        ProgramRun.TryAsync(["dotnet", "msbuild", "cluster.proj", "-nologo", "-nr:false", "-t:" + target], Clean, folder);
}
