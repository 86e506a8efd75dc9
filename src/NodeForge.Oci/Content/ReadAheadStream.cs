using System.IO.Pipelines;
using System.Runtime.ExceptionServices;

namespace NodeForge.Oci.Content;

/// <summary>Reads a stream on a thread of its own, some megabytes ahead: what makes the bytes and what takes them do not wait for each
/// other's processor time.</summary>
public sealed class ReadAheadStream : ReadOnlyStream
{
    private const int Ahead = 4 << 20;
    private const int Step = 1 << 17;
    private readonly Stream source;
    private readonly Pipe pipe = new(
        new PipeOptions(
            pauseWriterThreshold: Ahead,
            resumeWriterThreshold: Ahead / 2,
            minimumSegmentSize: Step,
            useSynchronizationContext: false
        )
    );
    private readonly Stream taken;
    private readonly Task filling;
    private volatile ExceptionDispatchInfo? failure;

    /// <param name="source">Read from its place on, and disposed with this. What it throws is thrown where its bytes end.</param>
    public ReadAheadStream(Stream source)
    {
        this.source = source;
        taken = pipe.Reader.AsStream();
        filling = Task.Run(FillAsync);
    }

    // A pipe that ends with a failure would give it before the bytes that it still has.
    public override int Read(Span<byte> buffer)
    {
        int read = taken.Read(buffer);
        if (read == 0 && !buffer.IsEmpty)
            failure?.Throw();
        return read;
    }

    private async Task FillAsync()
    {
        try
        {
            while (true)
            {
                int read = source.Read(pipe.Writer.GetSpan(Step));
                if (read == 0)
                    break;
                pipe.Writer.Advance(read);
                if ((await pipe.Writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                    break;
            }
        }
#pragma warning disable CA1031 // It is the reader's to catch.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(thrown);
        }

        await pipe.Writer.CompleteAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            taken.Dispose();
            // Nobody reads from the source any more when it is disposed of.
            filling.GetAwaiter().GetResult();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
