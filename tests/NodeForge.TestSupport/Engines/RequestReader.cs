using System.Globalization;
using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.TestSupport.Engines;

/// <summary>A request's body, of a given length or in chunks.</summary>
internal sealed class RequestReader(Stream stream, HttpHead head) : ReadOnlyStream
{
    private readonly bool chunked = head.Fields.GetValueOrDefault("Transfer-Encoding") == "chunked";
    private long left = long.Parse(head.Fields.GetValueOrDefault("Content-Length") ?? "0", CultureInfo.InvariantCulture);
    private bool ended;
    private bool inChunks;

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

    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

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
