using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace NodeForge.Clusters.Preflight.Host;

/// <summary>A socket of this machine that waits on a port.</summary>
/// <param name="Protocol">tcp or udp.</param>
/// <param name="Inode">Of the socket: by it the process is found that holds it.</param>
internal sealed record PortListener(string Protocol, IPAddress Address, int Port, string Inode)
{
    // proc(5): TCP's state 0A is listening; UDP has no such state, and shows a socket that is bound as 07.
    private const string Listening = "0A";
    private const string Bound = "07";

    /// <summary>Who holds it; null where that is not sought.</summary>
    public string? Holder { get; init; }

    /// <summary>Whether a socket on every IPv6 address leaves IPv4 to others. /proc does not tell.</summary>
    public bool LeavesIPv4 { get; init; }

    /// <summary>Of the ports given, each with the name of its process.</summary>
    public static IReadOnlyList<PortListener> Read(string root, IReadOnlyCollection<int> ports)
    {
        PortListener[] found =
        [
            .. new[] { "tcp", "tcp6", "udp", "udp6" }
                .SelectMany(table => Table(root, table))
                .Where(listener => ports.Contains(listener.Port)),
        ];
        return found.Length == 0
            ? []
            :
            [
                .. SocketOwners
                    .Name(root, found)
                    .Select(listener => listener with { LeavesIPv4 = listener.Address.Equals(IPAddress.IPv6Any) && IsFree(listener) }),
            ];
    }

    /// <summary>Whether somebody who wants an address finds it taken by this one.</summary>
    public bool Takes(IPAddress wanted)
    {
        IPAddress held = Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address;
        if (held.AddressFamily == wanted.AddressFamily)
            return IsAny(held) || IsAny(wanted) || held.Equals(wanted);
        return held.Equals(IPAddress.IPv6Any) && !LeavesIPv4;
    }

    private static IEnumerable<PortListener> Table(string root, string table)
    {
        string protocol = table.TrimEnd('6');
        // Number, local address, remote address, state; the inode is the tenth.
        return (HostFile.Lines(root, "proc/net/" + table) ?? [])
            .Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == (protocol == "tcp" ? Listening : Bound))
            .Select(fields => (Local: fields[1].Split(':'), Inode: fields[9]))
            .Where(socket => socket.Local is [{ Length: 8 or 32 }, _])
            .Select(socket => new PortListener(
                protocol,
                AddressOf(socket.Local[0]),
                int.Parse(socket.Local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                socket.Inode
            ));
    }

    // Words of four bytes, each in the machine's order.
    private static IPAddress AddressOf(string text) =>
        new([
            .. Enumerable
                .Range(0, text.Length / 8)
                .SelectMany(word =>
                    BitConverter.GetBytes(uint.Parse(text.AsSpan(word * 8, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture))
                ),
        ]);

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsFree(PortListener listener)
    {
        using Socket socket =
            listener.Protocol == "tcp"
                ? new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
                : new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, listener.Port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
