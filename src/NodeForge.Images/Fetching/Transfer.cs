using System.Buffers;

namespace NodeForge.Images.Fetching;

/// <summary>One attempt: asks one mirror for what is missing, and appends it.</summary>
internal sealed class Transfer(Source source, PartialFile partial, FetchOptions options, ForgeStep step)
{
    private const int ChunkSize = 1 << 17;

    // Bytes of an earlier attempt are part of the file: a wrong digest may be theirs.
    private bool resumed = true;

    /// <exception cref="TransferFailure">The partial file is not the source yet.</exception>
    public async Task RunAsync(IContentOrigin origin, CancellationToken cancellationToken)
    {
        if (partial.Length > source.Size)
            Restart(null);
        if (partial.Length < source.Size || source.Size == 0)
            await ReceiveAsync(origin, cancellationToken).ConfigureAwait(false);
        else
            await partial.ResumeAsync(cancellationToken).ConfigureAwait(false);
        if (partial.CurrentDigest() != source.Digest)
            throw Mismatch(origin);
    }

    private async Task ReceiveAsync(IContentOrigin origin, CancellationToken cancellationToken)
    {
        using OpenedContent content = await origin.OpenAsync(partial.Length, partial.Marks, cancellationToken).ConfigureAwait(false);
        using Pace pace = new(options, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            int read = await ReadAsync(origin, content, buffer, pace).ConfigureAwait(false);
            Recognise(origin, content, buffer.AsSpan(0, read));
            if (content.StartsAt == 0)
                Restart(content.Marks);
            else
                await partial.ResumeAsync(cancellationToken).ConfigureAwait(false);
            pace.Begin();
            for (; read > 0; read = await ReadAsync(origin, content, buffer, pace).ConfigureAwait(false))
            {
                if (partial.Length + read > source.Size)
                    throw TooLong(origin);
                partial.Append(buffer.AsSpan(0, read));
                step.Advance(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (partial.Length < source.Size)
            throw HttpFailures.Truncated(source, origin.Address, partial.Length, null);
    }

    private async ValueTask<int> ReadAsync(IContentOrigin origin, OpenedContent content, byte[] buffer, Pace pace)
    {
        try
        {
            int read = await content.Stream.ReadAsync(buffer.AsMemory(0, ChunkSize), pace.Token).ConfigureAwait(false);
            pace.Advance(read);
            return read;
        }
        catch (OperationCanceledException) when (pace.Stalled)
        {
            throw HttpFailures.Stalled(source, origin.Address, partial.Length, options);
        }
        catch (NodeForgeException failure)
        {
            // A registry's stream checks itself.
            throw RegistryOrigin.Explained(failure);
        }
        catch (IOException failure)
        {
            throw HttpFailures.Broken(source, origin.Address, partial.Length, failure);
        }
    }

    private void Restart(PartialMarks? marks)
    {
        step.Advance(-partial.Length);
        partial.Restart(marks);
        resumed = false;
    }

    // A page or a file of another length is refused before it costs 300 MB, and before it replaces what is there.
    private void Recognise(IContentOrigin origin, OpenedContent content, ReadOnlySpan<byte> start)
    {
        if (content.StartsAt == 0)
            WebPage.Refuse(source, origin.Address, content.ContentType, start);
        if (content.Total is { } total && total != source.Size)
            throw Wrong(origin, $"{total} bytes by the server's word", mismatch: true);
    }

    private TransferFailure TooLong(IContentOrigin origin) => Wrong(origin, $"more than {source.Size} bytes", mismatch: true);

    private TransferFailure Mismatch(IContentOrigin origin) =>
        Wrong(origin, $"{partial.CurrentDigest()}, {partial.Length} bytes", mismatch: !resumed);

    private TransferFailure Wrong(IContentOrigin origin, string got, bool mismatch) =>
        new(
            new Diagnostic(ErrorCodes.DownloadDigestMismatch, $"{source.Name} is not what the lock names")
            {
                Where = new(origin.Address),
                Got = got,
                Want = $"{source.Digest}, {source.Size} bytes",
                Hint =
                    $"if it changed on purpose, run 'nodeforge lock RECIPE --update {source.Name.Split(' ')[0]}'; otherwise distrust the server",
            }
        )
        {
            Mismatch = mismatch,
            Restart = !mismatch,
            DropPartial = true,
        };
}
