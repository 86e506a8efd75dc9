using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace NodeForge.TestSupport.Engines;

/// <summary>One request to a <see cref="ScriptedEngine"/>, and the means to answer it.</summary>
public sealed class ScriptedCall
{
    private readonly Socket socket;
    private readonly Stream stream;

    internal ScriptedCall(string request, HttpHead head, Socket socket, Stream stream)
    {
        Request = request;
        Body = new RequestReader(stream, head);
        IsUpgrade = head.Fields.GetValueOrDefault("Upgrade") == "tcp";
        this.socket = socket;
        this.stream = stream;
    }

    /// <summary>"POST /images/load?quiet=1"</summary>
    public string Request { get; }

    public Stream Body { get; }

    /// <summary>Whether the client asked for raw bytes.</summary>
    public bool IsUpgrade { get; }

    internal bool Ended { get; private set; }

    public async Task<byte[]> ReadBodyAsync()
    {
        using MemoryStream body = new();
        await Body.CopyToAsync(body);
        return body.ToArray();
    }

    public async Task<string> ReadTextAsync() => Encoding.UTF8.GetString(await ReadBodyAsync());

    /// <summary>Answers whole, after the request's body has been read to its end.</summary>
    public async Task AnswerAsync(int status, string body, params (string Name, string Value)[] fields)
    {
        await Body.CopyToAsync(Stream.Null);
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        await HeadAsync(status, [.. fields, ("Content-Length", bytes.Length.ToString(CultureInfo.InvariantCulture))]);
        await stream.WriteAsync(bytes);
    }

    /// <summary>Answers piece by piece, as progress and logs come; the connection ends with the answer.</summary>
    public async Task StreamAsync(IEnumerable<byte[]> pieces)
    {
        await Body.CopyToAsync(Stream.Null);
        await HeadAsync(200, ("Connection", "close"));
        foreach (byte[] piece in pieces)
            await stream.WriteAsync(piece);
        Drop();
    }

    /// <summary>Begins a chunked answer, sends one piece and breaks off, as an engine that is killed does.</summary>
    public async Task BreakOffAsync(byte[] piece)
    {
        await HeadAsync(200, ("Transfer-Encoding", "chunked"));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(piece.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
        await stream.WriteAsync(piece);
        await stream.WriteAsync("\r\n"u8.ToArray());
        Drop();
    }

    /// <summary>Switches to raw bytes, as exec does.</summary>
    public async Task<Stream> UpgradeAsync()
    {
        await Body.CopyToAsync(Stream.Null);
        await HeadAsync(101, ("Connection", "Upgrade"), ("Upgrade", "tcp"));
        Ended = true;
        return stream;
    }

    /// <summary>Ends what <see cref="UpgradeAsync"/> began, as an engine does: it says no more, and takes what the client still sends. A
    /// socket closed over unread bytes
    /// would reset the client's, and lose what it was sent.</summary>
    public async Task EndUpgradedAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        await stream.CopyToAsync(Stream.Null);
    }

    /// <summary>Closes the connection without another word.</summary>
    public void Drop()
    {
        Ended = true;
        socket.Dispose();
    }

    /// <summary>A frame of the engine's multiplexed streams: 1 is standard output, 2 standard error.</summary>
    public static byte[] Frame(byte number, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return
        [
            number,
            0,
            0,
            0,
            (byte)(bytes.Length >> 24),
            (byte)(bytes.Length >> 16),
            (byte)(bytes.Length >> 8),
            (byte)bytes.Length,
            .. bytes,
        ];
    }

    private async Task HeadAsync(int status, params (string Name, string Value)[] fields)
    {
        StringBuilder head = new(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Scripted\r\n"));
        foreach ((string name, string value) in fields)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
    }
}
