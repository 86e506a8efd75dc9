using System.Buffers;
using Microsoft.Win32.SafeHandles;
using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Reading;

/// <summary>A blob as it unpacks, record by record, over as many volumes as it lies in.</summary>
internal sealed class BlobStream(BundleVolumes volumes, IReadOnlyList<PlacedRecord> records, string name) : ReadOnlyStream
{
    private int next;
    private byte[]? plain;
    private int start;
    private int end;
    private int opened;
    private SafeFileHandle? file;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleRecordDamaged"/>, with volume and place.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (start == end && !Advance()))
            return 0;
        int count = Math.Min(buffer.Length, end - start);
        plain.AsSpan(start, count).CopyTo(buffer);
        start += count;
        return count;
    }

    private bool Advance()
    {
        Release();
        if (next == records.Count)
            return false;
        (int volume, RecordHeader record) = records[next++];
        string path = volumes.Volumes[volume - 1].Path;
        if (volume != opened)
        {
            file?.Dispose();
            file = AtomicFile.Guard(path, () => File.OpenHandle(path, options: FileOptions.SequentialScan));
            opened = volume;
        }

        byte[] stored = ArrayPool<byte>.Shared.Rent(record.StoredLength);
        int read = AtomicFile.Guard(path, () => ReadAt(file!, stored.AsSpan(0, record.StoredLength), record.Offset + RecordHeader.Length));
        plain = read == record.StoredLength ? Chunk.Open(record, stored) : null;
        if (plain is null)
            throw new NodeForgeException(
                BundleFaults.RecordDamaged(path, record.Offset, RecordHeader.Length + (long)record.StoredLength, name)
            );
        (start, end) = (0, record.PlainLength);
        return true;
    }

    private static int ReadAt(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], offset + total) is > 0 and int read)
            total += read;
        return total;
    }

    private void Release()
    {
        if (plain is not null)
            ArrayPool<byte>.Shared.Return(plain);
        plain = null;
        start = end = 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Release();
            file?.Dispose();
        }

        base.Dispose(disposing);
    }
}
