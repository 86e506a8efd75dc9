using System.Globalization;
using NodeForge.Documents;

namespace NodeForge.Clusters.Configuration;

/// <summary>Ports of nodes on the host, which has each but once.</summary>
internal sealed class PortSection
{
    private readonly string everywhere;

    // Each as it is compared, with how it is told.
    private readonly Dictionary<string, string> taken = [];

    /// <param name="networking">Of the same file: where a port is published that names no address, and the API server's own.</param>
    public PortSection(NetworkingConfig networking)
    {
        everywhere = networking.Everywhere;
        if (networking.ApiServerPort > 0)
        {
            string own = networking.ApiServerAddress + Suffix(networking.ApiServerPort, "tcp");
            taken.Add(own, own + " of apiServerPort");
        }
    }

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
        string suffix = Suffix(port.HostPort, port.Protocol);
        bool isEverywhere = IsEverywhere(port.ListenAddress);
        string? other = taken.Keys.FirstOrDefault(text =>
            text.EndsWith(suffix, StringComparison.Ordinal)
            && IsIPv6(text[..^suffix.Length]) == IsIPv6(port.ListenAddress)
            && (isEverywhere || IsEverywhere(text[..^suffix.Length]) || text == port.ListenAddress + suffix)
        );
        taken.TryAdd(port.ListenAddress + suffix, port.ListenAddress + suffix);
        return other is null ? null : taken[other];
    }

    private static string Suffix(int port, string protocol) => string.Create(CultureInfo.InvariantCulture, $":{port}/{protocol}");

    private static bool IsIPv6(string address) => address.Contains(':', StringComparison.Ordinal);

    private static bool IsEverywhere(string address) => address is "0.0.0.0" or "::";
}
