using System.Buffers;
using Microsoft.Win32.SafeHandles;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>Gathers headers and contents in one large buffer: contents are read straight into it, and what is below sees large writes
/// only.</summary>
internal sealed class TarOutput(Stream destination) : IDisposable
{
    private const int BufferSize = 1 << 20;
    private const int SmallestRead = 1 << 16;

    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int used;
    private string? openPath;
    private SafeFileHandle? open;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> free = Free(1);
            int count = Math.Min(free.Length, bytes.Length);
            bytes[..count].CopyTo(free);
            used += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Zeros up to the next block.</summary>
    public void Pad(long length) => Append(Zeros[..TarBlock.Padding(length)]);

    public void AppendEnd()
    {
        Append(Zeros);
        Append(Zeros);
        Flush();
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerContentChanged"/>: the content is not as long as its header
    /// says.</exception>
    public void Append(OrderedEntry entry, CancellationToken cancellationToken)
    {
        long size = entry.Header.Size;
        switch (entry.Content)
        {
            case null:
                return;
            case InlineContent inline:
                CheckLength(entry, inline.Bytes.Length);
                Append(inline.Bytes.Span);
                break;
            case FileContent slice:
                CheckLength(entry, slice.Length);
                AppendSlice(entry, slice, cancellationToken);
                break;
            default:
                AppendStream(entry, cancellationToken);
                break;
        }

        Pad(size);
    }

    private void AppendSlice(OrderedEntry entry, FileContent slice, CancellationToken cancellationToken)
    {
        SafeFileHandle file = OpenOnce(slice.File);
        for (long done = 0; done < slice.Length; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> free = Free((int)Math.Min(SmallestRead, slice.Length - done));
            int count = RandomAccess.Read(file, free[..(int)Math.Min(free.Length, slice.Length - done)], slice.Offset + done);
            if (count == 0)
                throw Changed(entry, $"{done} bytes");
            used += count;
            done += count;
        }
    }

    private void AppendStream(OrderedEntry entry, CancellationToken cancellationToken)
    {
        using Stream content = entry.Content!.Open();
        long size = entry.Header.Size;
        for (long done = 0; done < size; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> free = Free((int)Math.Min(SmallestRead, size - done));
            int count = content.Read(free[..(int)Math.Min(free.Length, size - done)]);
            if (count == 0)
                throw Changed(entry, $"{done} bytes");
            used += count;
            done += count;
        }

        Span<byte> beyond = stackalloc byte[1];
        if (content.Read(beyond) != 0)
            throw Changed(entry, "more");
    }

    // Spools and archives give thousands of slices each.
    private SafeFileHandle OpenOnce(string path)
    {
        if (open is not null && openPath == path)
            return open;
        open?.Dispose();
        open = AtomicFile.Guard(path, () => File.OpenHandle(path, options: FileOptions.SequentialScan));
        openPath = path;
        return open;
    }

    private static void CheckLength(OrderedEntry entry, long length)
    {
        if (length != entry.Header.Size)
            throw Changed(entry, $"{length} bytes");
    }

    private static NodeForgeException Changed(OrderedEntry entry, string got) =>
        new(
            new Diagnostic(ErrorCodes.LayerContentChanged, "a file is not as long as its entry says")
            {
                Where = new(
                    entry.Header.Path,
                    Detail: entry.Content is FileContent slice ? $"from {slice.File} at byte {slice.Offset}" : null
                ),
                Got = got,
                Want = $"{entry.Header.Size} bytes",
                Hint = "let nothing write to the sources while a build runs, and run it again",
            }
        );

    private Span<byte> Free(int atLeast)
    {
        if (BufferSize - used < atLeast)
            Flush();
        return buffer.AsSpan(used, BufferSize - used);
    }

    /// <summary>Passes on what was gathered.</summary>
    public void Flush()
    {
        destination.Write(buffer, 0, used);
        used = 0;
    }

    public void Dispose()
    {
        open?.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static ReadOnlySpan<byte> Zeros => new byte[TarBlock.Size];
}
