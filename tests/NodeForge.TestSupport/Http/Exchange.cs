using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace NodeForge.TestSupport.Http;

/// <summary>One request and the connection on which a reply writes what it likes.</summary>
public sealed class Exchange(LoggedRequest request, Stream stream, Socket socket)
{
    public LoggedRequest Request => request;

    /// <summary>The connection ends after this reply.</summary>
    public bool Closes { get; private set; }

    /// <summary>Writes a status line and headers; a length that is not the body's is the script's own business.</summary>
    public async Task HeadAsync(int status, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Scripted\r\n");
        foreach ((string name, string value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    public async Task BodyAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(body, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Ends the connection in good order: the client sees an end of file.</summary>
    public void Close() => Closes = true;

    /// <summary>Ends the connection with a RST: the client sees "connection reset by peer".</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        Closes = true;
    }
}

/// <summary>Answers one request.</summary>
public delegate Task Reply(Exchange exchange, CancellationToken cancellationToken);
