using System.Text.RegularExpressions;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;

namespace NodeForge.Clusters.Configuration;

/// <summary>What a cluster file turns on and off: feature gates and API versions, which reach Kubernetes' programs as NAME=VALUE with
/// commas between.</summary>
internal static partial class SwitchSection
{
    public static IReadOnlyDictionary<string, bool> Gates(ClusterFields top)
    {
        Dictionary<string, bool> gates = [];
        foreach ((YamlScalar name, YamlScalar value) in top.Pairs("featureGates"))
        {
            if (!Gate().IsMatch(name.Text))
            {
                top.File.Report(
                    ErrorCodes.ClusterFileValue,
                    name,
                    "this cannot be a feature gate's name",
                    got: Quoted.Short(name.Text),
                    want: "letters and digits, such as TTLAfterFinished"
                );
            }

            // No value is Go's zero: off.
            bool? on = value is { IsPlain: true, Text.Length: 0 } ? false : ClusterFields.Truth(value);
            if (on is { } known)
                gates[name.Text] = known;
            else
                top.File.WrongType(value, name.Text, "true or false");
        }

        return gates;
    }

    public static IReadOnlyDictionary<string, string> Apis(ClusterFields top)
    {
        Dictionary<string, string> apis = [];
        foreach ((YamlScalar name, YamlScalar value) in top.Pairs("runtimeConfig"))
        {
            if (!Api().IsMatch(name.Text))
            {
                top.File.Report(
                    ErrorCodes.ClusterFileValue,
                    name,
                    "this cannot be a key of runtimeConfig",
                    got: Quoted.Short(name.Text),
                    want: "an API such as api/alpha, batch/v2alpha1 or v1"
                );
            }

            if (!OnOrOff().IsMatch(value.Text))
                top.File.Report(
                    ErrorCodes.ClusterFileValue,
                    value,
                    $"{name.Text} is neither on nor off",
                    got: Quoted.Short(value.Text),
                    want: "\"true\" or \"false\""
                );
            apis[name.Text] = value.Text;
        }

        return apis;
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9]*\z")]
    private static partial Regex Gate();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9.-]*(?:/[A-Za-z0-9][A-Za-z0-9.-]*){0,2}\z")]
    private static partial Regex Api();

    // Go's ParseBool; the API server takes nothing for true.
    [GeneratedRegex(@"\A(?:|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)\z")]
    private static partial Regex OnOrOff();
}
