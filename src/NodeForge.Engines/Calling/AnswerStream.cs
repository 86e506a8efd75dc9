using System.Buffers;
using NodeForge.Oci.Content;

namespace NodeForge.Engines.Calling;

/// <summary>The body of an answer. Reading past a broken connection tells of the engine, not of HTTP.</summary>
/// <param name="body">The answer.</param>
/// <param name="owner">Goes with it.</param>
/// <param name="lost">What a broken connection means.</param>
/// <param name="idle">How long the engine may say nothing; null for what waits for something else, such as a program's end.</param>
/// <param name="stop">Ends every read, those of readers that wait on a thread too.</param>
internal sealed class AnswerStream(
    Stream body,
    IDisposable owner,
    Func<Exception, NodeForgeException> lost,
    TimeSpan? idle = null,
    CancellationToken stop = default
) : SequentialStream
{
    private const int LargestPart = 128 << 10;

    public override bool CanRead => true;

    public override bool CanWrite => body.CanWrite;

    public override int Read(Span<byte> buffer)
    {
        if (idle is not null)
            return ReadInTime(buffer);
        try
        {
            return body.Read(buffer);
        }
        catch (IOException failure)
        {
            throw lost(failure);
        }
    }

    // A read that waits on a thread knows neither patience nor cancellation.
    private int ReadInTime(Span<byte> buffer)
    {
        byte[] part = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length, LargestPart));
        try
        {
            int length = ReadAsync(part.AsMemory(0, Math.Min(buffer.Length, part.Length)), stop).AsTask().GetAwaiter().GetResult();
            part.AsSpan(0, length).CopyTo(buffer);
            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return idle is { } atMost
                ? await EngineAnswer
                    .InTimeAsync(token => body.ReadAsync(buffer, token), atMost, "nothing more came", cancellationToken)
                    .ConfigureAwait(false)
                : await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw lost(failure);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer) => body.Write(buffer);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        body.WriteAsync(buffer, cancellationToken);

    public override void Flush() => body.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            owner.Dispose();
        }

        base.Dispose(disposing);
    }
}
