using System.Net;
using System.Net.Sockets;

namespace NodeForge.Clusters;

/// <summary>A port that nobody holds at this moment. Chosen here and not by the engine, which would choose anew at each start.</summary>
internal static class FreePort
{
    public static int Choose(string address)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.TryParse(address, out IPAddress? known) ? known : IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
