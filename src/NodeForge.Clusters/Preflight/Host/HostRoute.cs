using System.Globalization;
using System.Net;
using System.Numerics;
using NodeForge.Clusters.Configuration;

namespace NodeForge.Clusters.Preflight.Host;

/// <summary>A range of addresses that this machine sends somewhere.</summary>
internal sealed record HostRoute(AddressRange Range, string Device)
{
    // RTF_UP and RTF_REJECT of linux/route.h.
    private const uint Up = 0x1;
    private const uint Reject = 0x200;

    /// <summary>Of both address families; default routes are none, since they give way to every other.</summary>
    public static IReadOnlyList<HostRoute> Read(string root) =>
        [
            .. (HostFile.Lines(root, "proc/net/route") ?? []).Skip(1).Select(OfIPv4).OfType<HostRoute>(),
            .. (HostFile.Lines(root, "proc/net/ipv6_route") ?? []).Select(OfIPv6).OfType<HostRoute>(),
        ];

    // Interface, destination, gateway, flags, three numbers, mask: addresses as the machine's words have them, hexadecimal.
    private static HostRoute? OfIPv4(string line)
    {
        string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
        if (
            fields.Length < 8
            || !Hex(fields[1], out uint destination)
            || !Hex(fields[3], out uint flags)
            || !Hex(fields[7], out uint mask)
            || !IsOne(flags, BitOperations.PopCount(mask))
        )
            return null;
        return new(new(new IPNetwork(new IPAddress(BitConverter.GetBytes(destination)), BitOperations.PopCount(mask))), fields[0]);
    }

    // Destination, prefix length, source and its length, next hop, metric, two counters, flags, interface.
    private static HostRoute? OfIPv6(string line)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (
            fields.Length < 10
            || fields[0].Length != 32
            || !Hex(fields[1], out uint length)
            || !Hex(fields[8], out uint flags)
            || !IsOne(flags, (int)length)
        )
            return null;
        IPAddress destination = new(Convert.FromHexString(fields[0]));
        // Every interface has those, and no cluster asks for them.
        return destination.IsIPv6LinkLocal || destination.IsIPv6Multicast || fields[9] == "lo"
            ? null
            : new(new(new IPNetwork(destination, (int)length)), fields[9]);
    }

    private static bool IsOne(uint flags, int length) => (flags & Up) != 0 && (flags & Reject) == 0 && length > 0;

    private static bool Hex(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
}
