using NodeForge.Benchmarks.Measuring;

namespace NodeForge.Benchmarks.Clusters;

/// <summary>Clusters of one program, made and deleted under a stopwatch.</summary>
/// <param name="Program">What is called: kind, or dotnet and our command.</param>
/// <param name="Work">Takes cluster files and a kubeconfig of the benchmark's own.</param>
internal sealed record MeasuredCluster(IReadOnlyList<string> Program, string Work)
{
    private const string Name = "nodeforge-benchmark";

    private string Kubeconfig => Path.Combine(Work, "kubeconfig");

    /// <summary>Creates a cluster and waits until every node says that it is Ready: kind itself waits for control planes only.</summary>
    public Measurement Create(string image, ClusterShape shape)
    {
        string config = Path.Combine(Work, $"{shape.Nodes}.yaml");
        File.WriteAllText(config, shape.Config);
        File.Delete(Kubeconfig);
        string create = string.Join(
            ' ',
            [
                .. Program,
                "create",
                "cluster",
                "--name",
                Name,
                "--image",
                image,
                "--config",
                config,
                "--kubeconfig",
                Kubeconfig,
                "--wait",
                "5m",
            ]
        );
        return MeasuredProgram.Run([
            "sh",
            "-ec",
            $"""
            {create}
            nodes=
            tries=0
            until [ "$(echo "$nodes" | grep -c ' Ready ')" = {shape.Nodes} ]; do
              tries=$((tries + 1))
              [ "$tries" -lt 600 ]
              nodes=$(docker exec {Name}-control-plane kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes --no-headers)
            done
            """,
        ]);
    }

    /// <summary>Brings an image of the engine into every node.</summary>
    public Measurement Load(string what, string image) => MeasuredProgram.Run([.. Program, "load", what, image, "--name", Name]);

    public Measurement Delete() => MeasuredProgram.Run([.. Program, "delete", "cluster", "--name", Name, "--kubeconfig", Kubeconfig]);
}
