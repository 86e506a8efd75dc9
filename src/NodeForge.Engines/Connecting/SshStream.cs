using System.Diagnostics;
using NodeForge.Oci.Content;

namespace NodeForge.Engines.Connecting;

/// <summary>The standard streams of an ssh program. An end before the far side's first word is told in ssh's own words: it is ssh that
/// knows why.</summary>
internal sealed class SshStream : SequentialStream
{
    private const int WordsKept = 4096;

    // A connection that ssh keeps open for later calls holds its error stream open too.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly EngineEndpoint endpoint;
    private readonly Process process;
    private readonly Stream output;
    private readonly Stream input;
    private readonly Task<string> said;
    private bool answered;

    public SshStream(EngineEndpoint endpoint, Process process)
    {
        this.endpoint = endpoint;
        this.process = process;
        output = process.StandardOutput.BaseStream;
        input = process.StandardInput.BaseStream;
        said = DrainAsync(process.StandardError);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public ValueTask CloseWriteAsync() => input.DisposeAsync();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read == 0 && buffer.Length > 0 && !answered)
            throw await RefusalAsync(null).ConfigureAwait(false);
        answered |= read > 0;
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await input.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure) when (!answered)
        {
            throw await RefusalAsync(failure).ConfigureAwait(false);
        }
    }

    public override int Read(Span<byte> buffer) => output.Read(buffer);

    public override void Write(ReadOnlySpan<byte> buffer) => input.Write(buffer);

    public override void Flush() => input.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => input.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<NodeForgeException> RefusalAsync(Exception? failure)
    {
        await Task.WhenAny(said, Task.Delay(LastWords)).ConfigureAwait(false);
        return EngineFailure.OfSsh(endpoint, said.IsCompletedSuccessfully ? await said.ConfigureAwait(false) : string.Empty, failure);
    }

    private static async Task<string> DrainAsync(StreamReader errors)
    {
        string kept = string.Empty;
        char[] buffer = new char[WordsKept];
        try
        {
            for (int read; (read = await errors.ReadAsync(buffer).ConfigureAwait(false)) > 0; )
                kept = (kept + new string(buffer, 0, read)) is { Length: > WordsKept } all
                    ? all[^WordsKept..]
                    : kept + new string(buffer, 0, read);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The connection was let go of.
        }

        return kept;
    }
}
