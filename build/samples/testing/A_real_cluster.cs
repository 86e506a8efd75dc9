using k8s;
using k8s.Models;

namespace Sample.Tests;

public sealed class A_real_cluster(Cluster cluster)
{
    [Fact]
    public async Task Has_nodes_that_are_Ready()
    {
        using IKubernetes client = cluster.Client();
        V1NodeList nodes = await client.CoreV1.ListNodeAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(
            nodes.Items,
            node => Assert.Contains(node.Status.Conditions, condition => condition is { Type: "Ready", Status: "True" })
        );
    }

    [Fact]
    public async Task Keeps_what_it_is_given()
    {
        using IKubernetes client = cluster.Client();
        V1ConfigMap map = new()
        {
            Metadata = new() { Name = "greeting" },
            Data = new Dictionary<string, string> { ["text"] = "hello" },
        };
        await client.CoreV1.CreateNamespacedConfigMapAsync(map, "default", cancellationToken: TestContext.Current.CancellationToken);
        V1ConfigMap read = await client.CoreV1.ReadNamespacedConfigMapAsync(
            "greeting",
            "default",
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal("hello", read.Data["text"]);
    }
}
