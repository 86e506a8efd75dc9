using System.Globalization;
using NodeForge.Documents;

namespace NodeForge.Clusters.Configuration;

/// <summary>Ports of nodes on the host, which has each but once.</summary>
/// <param name="everywhere">Where a port is published that names no address.</param>
internal sealed class PortSection(string everywhere)
{
    private readonly HashSet<string> taken = [];

    public NodePort Read(ClusterFields fields)
    {
        fields.Required("containerPort");
        NodePort port = new(fields.Port("containerPort", 1, lowest: 1), fields.Port("hostPort", 0, lowest: -1))
        {
            ListenAddress = fields.Address("listenAddress", everywhere),
            Protocol = Protocol(fields),
        };
        if (port.HostPort > 0 && Clash(port) is { } other)
        {
            fields.File.Report(
                ErrorCodes.ClusterFileConflict,
                fields.At("hostPort"),
                "the host port is mapped twice",
                got: string.Create(CultureInfo.InvariantCulture, $"{port.ListenAddress}:{port.HostPort}/{port.Protocol} and {other}"),
                hint: "choose another, or 0 for one that is free"
            );
        }

        return port;
    }

    private static string Protocol(ClusterFields fields)
    {
        string text = fields.Text("protocol") ?? "TCP";
        if (text.ToUpperInvariant() is "TCP" or "UDP" or "SCTP")
            return text.ToLowerInvariant();
        fields.File.Report(
            ErrorCodes.ClusterFileValue,
            fields.At("protocol"),
            "protocol is none of its values",
            got: Quoted.Short(text),
            want: "one of TCP, UDP, SCTP"
        );
        return "tcp";
    }

    private string? Clash(NodePort port)
    {
        string suffix = string.Create(CultureInfo.InvariantCulture, $":{port.HostPort}/{port.Protocol}");
        bool isEverywhere = IsEverywhere(port.ListenAddress);
        string? other = taken.FirstOrDefault(text =>
            text.EndsWith(suffix, StringComparison.Ordinal)
            && IsIPv6(text[..^suffix.Length]) == IsIPv6(port.ListenAddress)
            && (isEverywhere || IsEverywhere(text[..^suffix.Length]) || text == port.ListenAddress + suffix)
        );
        taken.Add(port.ListenAddress + suffix);
        return other;
    }

    private static bool IsIPv6(string address) => address.Contains(':', StringComparison.Ordinal);

    private static bool IsEverywhere(string address) => address is "0.0.0.0" or "::";
}
