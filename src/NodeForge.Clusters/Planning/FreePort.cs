using System.Net;
using System.Net.Sockets;

namespace NodeForge.Clusters.Planning;

/// <summary>A port that nobody holds at this moment. Chosen here and not by the engine, which would choose anew at each start.</summary>
internal static class FreePort
{
    public static int Choose(string address)
    {
        IPAddress wanted = IPAddress.TryParse(address, out IPAddress? known) ? known : IPAddress.Loopback;
        try
        {
            return Choose(wanted);
        }
        catch (SocketException failure)
            when (failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // The engine's host may have it; where it has not, the engine says so.
            return Choose(IPAddress.Any);
        }
    }

    private static int Choose(IPAddress address)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
