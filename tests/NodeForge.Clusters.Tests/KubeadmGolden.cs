using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Clusters.Tests;

/// <summary>The documents of every minor version of Kubernetes that node images are made of, as they are written.</summary>
public sealed class KubeadmGolden
{
    // Both forms of a patch, names on certificates, taints, a gate, and what only one version means.
    private static readonly ClusterConfig Config = new()
    {
        Name = "lab",
        FeatureGates = new Dictionary<string, bool> { ["TTLAfterFinished"] = true },
        RuntimeConfig = new Dictionary<string, string> { ["api/alpha"] = "false" },
        Patches = new()
        {
            Merges =
            [
                "kind: ClusterConfiguration\napiServer:\n  certSANs: [lab.example]\n  extraArgs: {v: '2'}",
                "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nscheduler:\n  extraArgs: {v: '3'}",
                "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nscheduler:\n  extraArgs: [{name: v, value: '4'}]",
                "kind: KubeletConfiguration\nevictionHard: {nodefs.available: null}",
            ],
        },
        Nodes =
        [
            new() { Labels = new Dictionary<string, string> { ["tier"] = "front" } },
            new()
            {
                Role = NodeRole.Worker,
                Patches = new() { Merges = ["kind: JoinConfiguration\nnodeRegistration:\n  taints: [{key: class, effect: NoSchedule}]"] },
            },
        ],
    };

    public static IEnumerable<object[]> Minors => Enumerable.Range(20, 18).Select(minor => new object[] { minor });

    [Theory]
    [MemberData(nameof(Minors))]
    public void Each_minor_has_the_documents_of_its_version(int minor)
    {
        KubernetesVersion version = KubernetesVersion.Parse($"v1.{minor}.1");
        KubeadmDialect dialect = KubeadmDialect.Of(version);
        ClusterPlan plan = PlanningACluster.Plan(Config) with { BootstrapToken = "aaaaaa.0123456789abcdef" };
        // What follows the version within a kind of documents is taken out.
        string text = string.Concat(plan.Nodes.Select(node => $"# {node.Name}\n" + KubeadmDocuments.Of(plan, node, version)))
            .Replace($"\"{version}\"", "\"v1.X.1\"", StringComparison.Ordinal)
            .Replace(minor >= 24 ? "\"systemd\"" : "\"cgroupfs\"", "\"DRIVER\"", StringComparison.Ordinal);
        Assert.Equal(
            GoldenFile.Expect($"tests/NodeForge.Clusters.Tests/Golden/kubeadm-{dialect.ApiVersion.Split('/')[1]}.yaml", text),
            text
        );
    }
}
