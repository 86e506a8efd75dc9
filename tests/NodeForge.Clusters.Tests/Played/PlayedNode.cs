using System.Collections.Concurrent;

namespace NodeForge.Clusters.Tests.Played;

/// <summary>A node's container: its files, whether it runs, and the programs in it.</summary>
internal sealed class PlayedNode(string name, int? hostPort)
{
    public string Name => name;

    /// <summary>Where its API server is published on this machine.</summary>
    public int? HostPort => hostPort;

    /// <summary>By path, without the leading slash.</summary>
    public ConcurrentDictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Phases of kubeadm, in their order.</summary>
    public ConcurrentBag<string> Ran { get; } = [];

    public bool Runs { get; set; }

    public bool KubeletRuns { get; set; }

    /// <summary>Whether it is a control plane that comes to others.</summary>
    public bool Joins { get; init; }

    public PlayedKubeadm? Kubeadm { get; set; }

    public bool Has(string manifest) => Files.ContainsKey($"etc/kubernetes/manifests/{manifest}.yaml");

    public (int ExitCode, string Output, string Errors) Run(string[] command, PlayedCluster cluster) =>
        command switch
        {
            ["sh", "-c", _, "kubeadm", .. var arguments] => Kubeadm!.Run(arguments),
            ["kubeadm", .. var arguments] => Kubeadm!.Run(arguments),
            ["timeout", _, "kubeadm", .. var arguments] => Kubeadm!.Run(arguments),
            ["bash", "-c", _, "start", "kubelet.service", _] => StartKubelet(cluster),
            ["kubectl", ..] => cluster.ApiServes ? (0, string.Empty, string.Empty) : (1, string.Empty, "connection refused"),
            ["sh", "-c", _, "images", _] => (0, $"{Images(cluster)}\n--\n{Images(cluster)}\n", string.Empty),
            _ => (0, string.Empty, string.Empty),
        };

    private static string Images(PlayedCluster cluster) => string.Join('\n', PlayedCluster.ImagesOf(cluster.Version));

    private (int ExitCode, string Output, string Errors) StartKubelet(PlayedCluster cluster)
    {
        if (!Files.ContainsKey("var/lib/kubelet/config.yaml"))
            return (1, string.Empty, "failed to load kubelet config file, path: /var/lib/kubelet/config.yaml");
        KubeletRuns = true;
        cluster.Settle();
        return (0, string.Empty, string.Empty);
    }
}
