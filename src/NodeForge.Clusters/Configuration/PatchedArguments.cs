using System.Text.Json;
using System.Text.RegularExpressions;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Configuration;

/// <summary>Looks at the arguments in a patch: kubeadm takes text alone for their values, and a kubelet's reach it by way of a file in
/// which blanks divide them.</summary>
internal static partial class PatchedArguments
{
    /// <param name="mapping">A document of a patch, or a part of it.</param>
    /// <param name="report">Takes what is wrong, with its line in the patch.</param>
    public static void Check(YamlMapping mapping, Action<Diagnostic, int> report)
    {
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            if (ExtraArguments.IsKey(key.Text))
                CheckAll(key.Text, value, report);
            else if (value is YamlMapping inner)
                Check(inner, report);
        }
    }

    private static void CheckAll(string key, YamlNode node, Action<Diagnostic, int> report)
    {
        switch (node)
        {
            case YamlMapping map:
                foreach ((YamlScalar name, YamlNode value) in map.Entries)
                    CheckOne(key, name, value, report);
                break;
            case YamlSequence list:
                foreach (YamlNode item in list.Items)
                {
                    if (item is YamlMapping pair && pair.Find("name") is YamlScalar name)
                        CheckOne(key, name, pair.Find("value"), report);
                    else
                        report(Nameless(key, item), item.Line);
                }

                break;
            case var other when !ClusterFields.IsNull(other):
                report(
                    new(ErrorCodes.RecipeWrongType, $"{key} is neither a mapping nor a list")
                    {
                        Got = other.Description,
                        Want = "names with values",
                    },
                    other.Line
                );
                break;
        }
    }

    private static void CheckOne(string key, YamlScalar name, YamlNode? value, Action<Diagnostic, int> report)
    {
        if (!Name().IsMatch(name.Text))
        {
            report(
                new(ErrorCodes.ClusterFileValue, $"{key} has a name that no argument has")
                {
                    Got = Quoted.Short(name.Text),
                    Want = "the argument's name, without the dashes before it",
                },
                name.Line
            );
        }

        // Nothing takes an argument out.
        if (value is null || ClusterFields.IsNull(value))
            return;
        if (value is not YamlScalar scalar || KubernetesScalar.Read(scalar)?.GetValueKind() != JsonValueKind.String)
            report(NotText(name.Text, value), value.Line);
        else if (key == "kubeletExtraArgs" && KubeletProblem(name.Text, scalar.Text) is { } problem)
            report(problem, scalar.Line);
    }

    private static Diagnostic Nameless(string key, YamlNode item) =>
        new(ErrorCodes.ClusterFileValue, $"an item of {key} has no name")
        {
            Got = item.Description,
            Want = "an item such as {name: v, value: \"4\"}",
        };

    private static Diagnostic NotText(string name, YamlNode value) =>
        new(ErrorCodes.RecipeWrongType, $"the argument {name} is not a string")
        {
            Got = value.Description,
            Want = "a string: kubeadm takes nothing else for an argument's value",
            Hint = value is YamlScalar scalar ? $"quote it: \"{scalar.Text}\"" : null,
        };

    private static Diagnostic? KubeletProblem(string name, string value)
    {
        if (name == KubeadmFiles.NodeLabels && LabelText.ProblemIn(value) is { } problem)
            return problem;
        return !value.Any(char.IsWhiteSpace)
            ? null
            : new(ErrorCodes.ClusterFileValue, $"the kubelet's argument {name} has a blank, after which it would end")
            {
                Got = Quoted.Short(value),
                Want = "a value without blanks",
            };
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][-A-Za-z0-9_.]*\z")]
    private static partial Regex Name();
}
