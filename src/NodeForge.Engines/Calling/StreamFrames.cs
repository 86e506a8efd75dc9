using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace NodeForge.Engines.Calling;

/// <summary>Splits the engine's multiplexed stream: frames of an 8-byte header (stream number, three zeros, length in big endian) and
/// bytes.</summary>
/// <remarks>Engine API, "Attach to a container", stream format.</remarks>
internal static class StreamFrames
{
    private const int HeaderLength = 8;
    private const int CopyBuffer = 32 * 1024;

    /// <param name="source">The multiplexed stream.</param>
    /// <param name="output">Takes stream 1.</param>
    /// <param name="errors">Takes stream 2.</param>
    /// <param name="resetEnds">A reset between two frames counts as the end: an engine that closes over input which nobody read resets the
    /// connection, after all output.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task CopyAsync(Stream source, Stream output, Stream errors, bool resetEnds, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            while (
                await ReadHeaderAsync(source, buffer.AsMemory(0, HeaderLength), resetEnds, cancellationToken).ConfigureAwait(false)
                    is var read
                        and > 0
            )
            {
                if (read < HeaderLength)
                    throw new EndOfStreamException("the stream ended within a frame's header");
                Stream target = buffer[0] == 2 ? errors : output;
                await CopyFrameAsync(source, target, BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4)), buffer, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Copies what a terminal says: bytes without frames, the two outputs in one. A reset counts as the end.</summary>
    public static async Task CopyTerminalAsync(Stream source, Stream output, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            while (await ReadAsync(source, buffer, resetEnds: true, cancellationToken).ConfigureAwait(false) is var read and > 0)
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadHeaderAsync(Stream source, Memory<byte> header, bool resetEnds, CancellationToken cancellationToken)
    {
        int first = await ReadAsync(source, header, resetEnds, cancellationToken).ConfigureAwait(false);
        return first == 0
            ? 0
            : first
                + await source
                    .ReadAtLeastAsync(header[first..], header.Length - first, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
    }

    private static async Task<int> ReadAsync(Stream source, Memory<byte> buffer, bool resetEnds, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
            when (resetEnds && failure.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return 0;
        }
    }

    private static async Task CopyFrameAsync(Stream source, Stream target, uint length, byte[] buffer, CancellationToken cancellationToken)
    {
        for (long left = length; left > 0; )
        {
            int read = await source
                .ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken)
                .ConfigureAwait(false);
            if (read == 0)
                throw new EndOfStreamException("the stream ended within a frame");
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            left -= read;
        }
    }
}
