using Microsoft.Win32.SafeHandles;

namespace NodeForge.Oci.Content;

/// <summary>Reads a stretch of a file, seekable. It ends early when the file does.</summary>
public sealed class FileSlice : ReadOnlyStream
{
    private readonly SafeFileHandle file;
    private readonly long offset;
    private readonly long length;
    private long position;

    /// <param name="path">The file.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public FileSlice(string path, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        this.offset = offset;
        this.length = length;
        file = AtomicFile.Guard(path, () => File.OpenHandle(path, options: FileOptions.SequentialScan));
    }

    public override int Read(Span<byte> buffer)
    {
        long rest = length - position;
        if (rest <= 0)
            return 0;
        int count = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, rest)], offset + position);
        position += count;
        return count;
    }

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => position + offset,
            _ => length + offset,
        };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
