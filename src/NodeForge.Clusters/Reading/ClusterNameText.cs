using System.Text.RegularExpressions;
using NodeForge.Recipes.Reading;

namespace NodeForge.Clusters;

/// <summary>A cluster's name: part of host names, which the kernel cuts at 63 characters.</summary>
internal static partial class ClusterNameText
{
    // "-external-load-balancer" is the longest that is put behind it.
    private const int Longest = 63 - 23;

    public static string Read(Fields fields)
    {
        if (fields.Optional("name") is not { } name)
            return ClusterConfig.DefaultName;
        if (!IsName(name))
            fields.File.Report(ErrorCodes.ClusterName, fields["name"]!, "the name cannot be a cluster's", got: Quoted.Short(name), want: Want);
        return name;
    }

    public static bool IsName(string name) => name.Length <= Longest && Form().IsMatch(name);

    public static string Want => $"lower-case letters, digits, dots and dashes, beginning and ending with a letter or digit, at most {Longest} characters";

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\z")]
    private static partial Regex Form();
}
