using System.Globalization;
using System.Text.RegularExpressions;
using NodeForge.Documents;

namespace NodeForge.Clusters.Configuration;

/// <summary>A cluster's name: the beginning of its nodes' names, which are names of hosts and of Kubernetes' objects.</summary>
public static partial class ClusterNameText
{
    // What a kernel keeps of a host's name less one, and what a label of a domain may have.
    private const int LongestHost = 63;

    /// <summary>Refuses a name that no cluster can have.</summary>
    /// <param name="name">From wherever it comes.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterName"/>.</exception>
    public static void Check(string name)
    {
        if (!IsName(name))
            throw new NodeForgeException(Told(name, Form));
    }

    /// <summary>Refuses a cluster of whose nodes one would have a name that is too long.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterName"/>.</exception>
    public static void Check(ClusterConfig config)
    {
        Check(config.Name);
        string longest = HostsOf(config).MaxBy(host => host.Length)!;
        if (longest.Length > LongestHost)
        {
            int most = LongestHost - longest.Length + config.Name.Length;
            throw new NodeForgeException(
                Told(config.Name, $"at most {most} characters: {longest} is a host's name, of which {LongestHost} are kept")
            );
        }
    }

    /// <summary>kind's names: the first of a role has no number.</summary>
    internal static string NodeName(string cluster, string role, int ordinal) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{cluster}-{role}{(ordinal == 1 ? string.Empty : ordinal.ToString(CultureInfo.InvariantCulture))}"
        );

    internal static string Read(ClusterFields fields)
    {
        if (fields.Text("name") is not { } name)
            return ClusterConfig.DefaultName;
        if (!IsName(name))
            fields.File.Add(Told(name, Form) with { Where = new(fields.File.Path, fields.At("name").Line, fields.At("name").Column) });
        return name;
    }

    internal static bool IsName(string name) => name.Length <= LongestHost - ShortestSuffix.Length && Host().IsMatch(name + ShortestSuffix);

    private const string ShortestSuffix = "-" + ClusterLabels.ControlPlane;

    private static string Form =>
        $"lower-case letters, digits, dots and dashes, beginning with a letter or digit, at most {LongestHost - ShortestSuffix.Length} characters";

    private static IEnumerable<string> HostsOf(ClusterConfig config)
    {
        foreach (IGrouping<NodeRole, NodeConfig> nodes in config.Nodes.GroupBy(node => node.Role))
            yield return NodeName(config.Name, ClusterLabels.Of(nodes.Key), nodes.Count());
        if (config.Nodes.Count(node => node.Role == NodeRole.ControlPlane) > 1)
            yield return $"{config.Name}-{ClusterLabels.LoadBalancer}";
    }

    private static Diagnostic Told(string name, string want) =>
        new(ErrorCodes.ClusterName, "the name cannot be a cluster's") { Got = Quoted.Short(name, 80), Want = want };

    [GeneratedRegex(@"\A[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Host();
}
