using System.Text.RegularExpressions;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;

namespace NodeForge.Clusters.Configuration;

/// <summary>Labels of nodes by Kubernetes' syntax, and by what a kubelet may say of itself: one that asks for more does not
/// start.</summary>
/// <remarks>Kubernetes documentation, "Labels and Selectors" and "NodeRestriction".</remarks>
internal static partial class LabelText
{
    private const int LongestName = 63;
    private const int LongestPrefix = 253;

    // Below kubernetes.io and k8s.io a kubelet has these, and all of two namespaces.
    private static readonly string[] OfKubelets =
    [
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
    ];

    private static readonly string[] NamespacesOfKubelets = ["kubelet.kubernetes.io", "node.kubernetes.io"];

    public static IReadOnlyDictionary<string, string> Read(ClusterFields fields, string key)
    {
        Dictionary<string, string> labels = [];
        foreach ((YamlScalar name, YamlScalar value) in fields.Pairs(key))
        {
            labels[name.Text] = value.Text;
            if (Problem(name.Text) is { } problem)
                fields.File.Add(problem with { Where = new(fields.File.Path, name.Line, name.Column) });
            else if (!IsValue(value.Text))
                fields.File.Add(BadValue(name.Text, value.Text) with { Where = new(fields.File.Path, value.Line, value.Column) });
        }

        return labels;
    }

    /// <summary>What is wrong with labels as the kubelet takes them, <c>NAME=VALUE</c> with commas between.</summary>
    public static Diagnostic? ProblemIn(string text)
    {
        foreach (string label in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = label.Split('=', 2);
            if (Problem(pair[0]) is { } problem)
                return problem;
            if (pair.Length == 2 && !IsValue(pair[1]))
                return BadValue(pair[0], pair[1]);
        }

        return null;
    }

    private static Diagnostic? Problem(string name)
    {
        string[] parts = name.Split('/', 2);
        bool isName =
            Segment().IsMatch(parts[^1])
            && parts[^1].Length <= LongestName
            && (parts.Length == 1 || (Subdomain().IsMatch(parts[0]) && parts[0].Length <= LongestPrefix));
        if (!isName)
        {
            return new(ErrorCodes.ClusterFileValue, "this cannot be a label's name")
            {
                Got = Quoted.Short(name, 80),
                Want =
                    $"letters, digits, dots, dashes and underscores, at most {LongestName}, beginning and ending with a letter or digit; before it a domain and a slash, if any",
            };
        }

        return parts.Length == 1 || IsAllowed(parts[0], name)
            ? null
            : new(ErrorCodes.ClusterFileValue, "a node may not give itself this label: its kubelet would not start")
            {
                Got = Quoted.Short(name, 80),
                Want = "a label outside of kubernetes.io and k8s.io, or below node.kubernetes.io",
                Hint = $"leave it out, and label the node once the cluster runs: kubectl label node NAME {name}=VALUE",
            };
    }

    private static Diagnostic BadValue(string name, string value) =>
        new(ErrorCodes.ClusterFileValue, $"this cannot be the value of the label {name}")
        {
            Got = Quoted.Short(value, 80),
            Want =
                $"nothing, or letters, digits, dots, dashes and underscores, at most {LongestName}, beginning and ending with a letter or digit",
        };

    private static bool IsValue(string text) => text.Length == 0 || (text.Length <= LongestName && Segment().IsMatch(text));

    private static bool IsAllowed(string prefix, string name)
    {
        bool isOfKubernetes = new[] { "kubernetes.io", "k8s.io" }.Any(domain => IsWithin(prefix, domain));
        return !isOfKubernetes || OfKubelets.Contains(name) || NamespacesOfKubelets.Any(domain => IsWithin(prefix, domain));
    }

    private static bool IsWithin(string prefix, string domain) =>
        prefix == domain || prefix.EndsWith("." + domain, StringComparison.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\z")]
    private static partial Regex Segment();

    [GeneratedRegex(@"\A[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
