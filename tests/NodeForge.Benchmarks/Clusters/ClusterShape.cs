namespace NodeForge.Benchmarks.Clusters;

/// <summary>How many nodes a measured cluster has.</summary>
/// <param name="Title">For the table.</param>
/// <param name="Nodes">All of them.</param>
/// <param name="Config">A cluster file, in the words that both programs read.</param>
internal sealed record ClusterShape(string Title, int Nodes, string Config)
{
    public static IReadOnlyList<ClusterShape> All { get; } =
    [new("one node", 1, Of("control-plane")), new("three nodes", 3, Of("control-plane", "worker", "worker"))];

    private static string Of(params string[] roles) =>
        $"kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n{string.Concat(roles.Select(role => $"- role: {role}\n"))}";
}
