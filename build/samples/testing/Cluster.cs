using k8s;
using NodeForge.Testing;

[assembly: AssemblyFixture(typeof(Sample.Tests.Cluster))]
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Sample.Tests;

/// <summary>One cluster for all tests of the assembly. NODE_IMAGE names another node image.</summary>
public sealed class Cluster : IAsyncLifetime
{
    public TestCluster Kubernetes { get; } =
        new ClusterBuilder(Environment.GetEnvironmentVariable("NODE_IMAGE") ?? "nodeforge/node:latest").WithName("sample").Build();

    public async ValueTask InitializeAsync() => await Kubernetes.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Kubernetes.DisposeAsync();

    public IKubernetes Client() => new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubernetes.KubeconfigPath));
}
