using NodeForge.Clusters.Configuration;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>Each key of the cluster file, looked for where it takes effect.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class What_a_cluster_file_asks_for
{
    [Fact]
    public async Task Is_found_in_the_node_and_the_cluster()
    {
        string shared = Directory.CreateTempSubdirectory("nf-shared-").FullName;
        await File.WriteAllTextAsync(Path.Combine(shared, "greeting"), "hello");
        await using MemoryStream file = new(
            System.Text.Encoding.UTF8.GetBytes(
                $$"""
                kind: Cluster
                apiVersion: kind.x-k8s.io/v1alpha4
                nodes:
                - role: control-plane
                  labels: {tier: front}
                  extraMounts:
                  - {hostPath: {{shared}}, containerPath: /shared, readOnly: true}
                networking:
                  podSubnet: 10.99.0.0/16
                  serviceSubnet: 10.98.0.0/16
                  dnsSearch: [lab.example, example]
                featureGates: {TTLAfterFinished: true}
                runtimeConfig: {batch/v2alpha1: true}
                kubeadmConfigPatches:
                - |
                  kind: KubeletConfiguration
                  maxPods: 57
                kubeadmConfigPatchesJSON6902:
                - {group: kubeadm.k8s.io, version: v1beta2, kind: ClusterConfiguration, patch: '[{"op": "add", "path": "/apiServer/certSANs/-", "value": "lab.example"}]'}
                containerdConfigPatches:
                - |
                  [plugins."io.containerd.grpc.v1.cri"]
                    max_container_log_line_size = 65536
                  [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
                    endpoint = ["http://mirror.example"]
                - |
                  version = 3
                  oom_score = -1
                containerdConfigPatchesJSON6902:
                - '[{"op": "add", "path": "/plugins/io.containerd.grpc.v1.cri/stats_collect_period", "value": 11}]'
                """
            )
        );
        await using MadeCluster cluster = await MadeCluster.CreateAsync(
            await ClusterConfigReader.ReadAsync(file, "cluster.yaml", CancellationToken.None)
        );

        Assert.Equal("hello", await cluster.RunAsync(cluster.First, "cat", "/shared/greeting"));
        Assert.Contains(
            "search lab.example example",
            await cluster.RunAsync(cluster.First, "cat", "/etc/resolv.conf"),
            StringComparison.Ordinal
        );
        string containerd = await cluster.RunAsync(cluster.First, "containerd", "config", "dump");
        Assert.Contains("max_container_log_line_size = 65536", containerd, StringComparison.Ordinal);
        Assert.Contains("stats_collect_period = 11", containerd, StringComparison.Ordinal);
        Assert.Contains("oom_score = 0", containerd, StringComparison.Ordinal);
        Assert.Contains(
            "[host.\"http://mirror.example\"]",
            await cluster.RunAsync(cluster.First, "cat", "/etc/containerd/certs.d/docker.io/hosts.toml"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "lab.example",
            await cluster.RunAsync(
                cluster.First,
                "openssl",
                "x509",
                "-in",
                "/etc/kubernetes/pki/apiserver.crt",
                "-noout",
                "-ext",
                "subjectAltName"
            ),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "front|57|10.99.0.0/24",
            await cluster.KubectlAsync(
                "get",
                "nodes",
                "-o",
                "jsonpath={.items[0].metadata.labels.tier}|{.items[0].status.capacity.pods}|{.items[0].spec.podCIDR}"
            )
        );
        Assert.Equal("10.98.0.1", await cluster.KubectlAsync("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}"));
        Assert.Contains("batch/v2alpha1", await cluster.KubectlAsync("api-versions"), StringComparison.Ordinal);
        Assert.Contains(
            "--feature-gates=TTLAfterFinished=true",
            await cluster.RunAsync(cluster.First, "cat", "/etc/kubernetes/manifests/kube-controller-manager.yaml"),
            StringComparison.Ordinal
        );
        Directory.Delete(shared, recursive: true);
    }

    [Fact]
    public async Task Is_told_when_containerd_does_not_take_it()
    {
        ClusterConfig config = new()
        {
            Containerd = new() { Merges = ["[plugins.\"io.containerd.grpc.v1.cri\".containerd]\ndefault_runtime_name = \"missing\""] },
        };
        NodeForgeException told = await Assert.ThrowsAsync<NodeForgeException>(() => MadeCluster.CreateAsync(config));
        Assert.Equal(ErrorCodes.ClusterFileValue, told.Diagnostics[0].Code);
        Assert.Contains("default_runtime_name", told.Diagnostics[0].Got, StringComparison.Ordinal);
    }
}
