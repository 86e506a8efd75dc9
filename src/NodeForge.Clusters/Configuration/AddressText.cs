using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.RegularExpressions;

namespace NodeForge.Clusters.Configuration;

/// <summary>Addresses in the spelling that Kubernetes and engines take: four decimal numbers without leading zeros, or IPv6 without
/// brackets and zone.</summary>
/// <remarks>.NET reads 010.0.0.1, 0x0a.1 and 10.1 too, as the C library does, and each program reads those differently.</remarks>
internal static partial class AddressText
{
    /// <param name="text">What is read.</param>
    /// <param name="address">IPv4 where it is IPv4 in IPv6's form.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (!(text.Contains(':', StringComparison.Ordinal) ? IPv6() : IPv4()).IsMatch(text) || !IPAddress.TryParse(text, out address))
            return false;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return true;
    }

    [GeneratedRegex(@"\A(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}\z")]
    private static partial Regex IPv4();

    [GeneratedRegex(
        @"\A[0-9a-fA-F:]+(?::(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3})?\z"
    )]
    private static partial Regex IPv6();
}
