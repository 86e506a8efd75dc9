using System.Globalization;
using System.Text;

namespace NodeForge.TestSupport.Engines;

/// <summary>A request's body, of a given length or in chunks.</summary>
internal sealed class RequestReader(Stream stream, HttpHead head) : Stream
{
    private readonly bool chunked = head.Fields.GetValueOrDefault("Transfer-Encoding") == "chunked";
    private long left = long.Parse(head.Fields.GetValueOrDefault("Content-Length") ?? "0", CultureInfo.InvariantCulture);
    private bool ended;
    private bool inChunks;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (chunked && left == 0 && !ended)
            await NextChunkAsync(cancellationToken);
        if (left == 0)
            return 0;
        int read = await stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        left -= read;
        return read == 0 ? throw new EndOfStreamException() : read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task NextChunkAsync(CancellationToken cancellationToken)
    {
        if (inChunks)
            await LineAsync(cancellationToken);
        inChunks = true;
        left = long.Parse(await LineAsync(cancellationToken), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (left > 0)
            return;
        ended = true;
        await LineAsync(cancellationToken);
    }

    private async Task<string> LineAsync(CancellationToken cancellationToken)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        return line.ToString().TrimEnd('\r');
    }
}
