using System.Globalization;
using System.Net;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;

namespace NodeForge.Clusters.Configuration;

/// <summary>Ranges of pods or services: one of the cluster's family, or one of each with a comma between.</summary>
internal static class SubnetText
{
    /// <param name="fields">Where the key stands.</param>
    /// <param name="key">podSubnet or serviceSubnet.</param>
    /// <param name="family">The cluster's.</param>
    /// <param name="otherwise">The default, and the example in complaints.</param>
    /// <param name="longestIPv6Part">How many bits may differ within an IPv6 range: the API server keeps a bit for each address of
    /// services.</param>
    /// <returns>IPv6 in its short form: what stands in the nodes' files is compared as text.</returns>
    public static string Read(ClusterFields fields, string key, IPFamily family, string otherwise, int longestIPv6Part = 128)
    {
        if (fields.Text(key) is not { } text)
            return otherwise;
        AddressRange?[] ranges = [.. text.Split(',').Select(Parse)];
        bool fits =
            family == IPFamily.Dual
                ? ranges is [{ } one, { } other] && one.IsIPv6 != other.IsIPv6
                : ranges is [{ } only] && only.IsIPv6 == (family == IPFamily.IPv6);
        if (!fits)
        {
            Report(
                fields.File,
                fields.At(key),
                $"{key} is {Wanted(family)}",
                text,
                $"{(family == IPFamily.Dual ? "ranges" : "a range")} such as {otherwise}, host bits zero",
                HintFor(text, family)
            );
            return otherwise;
        }

        if (ranges.FirstOrDefault(range => range is { IsIPv6: true } && 128 - range.Network.PrefixLength > longestIPv6Part) is { } wide)
            Report(
                fields.File,
                fields.At(key),
                $"{key} is larger than Kubernetes takes it",
                wide.ToString(),
                string.Create(CultureInfo.InvariantCulture, $"an IPv6 range of /{128 - longestIPv6Part} or smaller"),
                null
            );
        return string.Join<AddressRange?>(',', ranges);
    }

    // Depending on its version .NET refuses host bits or clears them; the kubelet and kubeadm refuse them.
    private static AddressRange? Parse(string text)
    {
        string[] parts = text.Split('/');
        if (
            parts.Length != 2
            || !AddressText.TryParse(parts[0], out IPAddress? address)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || length > address.GetAddressBytes().Length * 8
        )
            return null;
        AddressRange range = AddressRange.Around(address, length);
        return range.Network.BaseAddress.Equals(address) ? range : null;
    }

    private static string Wanted(IPFamily family) =>
        family switch
        {
            IPFamily.IPv4 => "no IPv4 range",
            IPFamily.IPv6 => "no IPv6 range",
            _ => "not one IPv4 and one IPv6 range",
        };

    private static string? HintFor(string text, IPFamily family)
    {
        IPFamily meant =
            text.Contains(',', StringComparison.Ordinal) ? IPFamily.Dual
            : text.Contains(':', StringComparison.Ordinal) ? IPFamily.IPv6
            : IPFamily.IPv4;
        return meant == family ? null : $"or set ipFamily: {(meant == IPFamily.Dual ? "dual" : meant == IPFamily.IPv6 ? "ipv6" : "ipv4")}";
    }

    private static void Report(DocumentFile file, YamlNode at, string problem, string got, string want, string? hint) =>
        file.Report(ErrorCodes.ClusterFileValue, at, problem, got: Quoted.Short(got), want: want, hint: hint);
}
