using System.Runtime.InteropServices;
using NodeForge.Oci.Content;

namespace NodeForge.Cli.Terminals;

/// <summary>One of the process's standard streams, byte for byte.</summary>
/// <remarks>The runtime's own are not enough: its console edits lines where there is a terminal and says nothing of a reader that has gone,
/// and its files write at positions of their own, over what others who share the file have written.</remarks>
internal sealed class DescriptorStream(int descriptor) : SequentialStream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint read = TerminalLibrary.Read(descriptor, buffer, buffer.Length);
            if (read >= 0)
                return (int)read;
            int error = Marshal.GetLastPInvokeError();
            if (error is TerminalLibrary.Gone or TerminalLibrary.Closed)
                return 0;
            WaitOrThrow(error, TerminalLibrary.Readable);
        }
    }

    /// <exception cref="IOException">HResult is the error's number: <see cref="TerminalLibrary.BrokenPipe"/> for a reader that has
    /// gone.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint written = TerminalLibrary.Write(descriptor, buffer, buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else
                WaitOrThrow(Marshal.GetLastPInvokeError(), TerminalLibrary.Writable);
        }
    }

    // On another thread: the call holds its own until somebody types.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Write(buffer.Span), cancellationToken));

    // Whoever shares the descriptor may have made it one that does not wait.
    private void WaitOrThrow(int error, short until)
    {
        TerminalLibrary.Wanted wanted = new() { Descriptor = descriptor, Events = until };
        if (error == TerminalLibrary.NotNow)
            _ = TerminalLibrary.Poll(ref wanted, 1, -1);
        else if (error != TerminalLibrary.Interrupted)
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }
}
