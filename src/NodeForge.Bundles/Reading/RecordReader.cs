using System.Buffers;
using Microsoft.Win32.SafeHandles;
using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Reading;

/// <summary>Reads records wherever they lie; the volume of the last one stays open.</summary>
internal sealed class RecordReader(BundleVolumes volumes) : IDisposable
{
    private int opened;
    private SafeFileHandle? file;

    /// <param name="placed">The record.</param>
    /// <param name="name">What messages call its blob.</param>
    /// <returns>Rented, as many bytes as it unpacks to.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleRecordDamaged"/>, with volume and place.</exception>
    public byte[] Read(PlacedRecord placed, string name) =>
        Chunk.Open(placed.Record, ReadStored(placed, name)) ?? throw Damaged(placed, name);

    /// <summary>The bytes of a record as they lie there, unchecked.</summary>
    /// <returns>Rented.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleRecordDamaged"/>: they are not all there.</exception>
    public byte[] ReadStored(PlacedRecord placed, string name)
    {
        RecordHeader record = placed.Record;
        string path = PathOf(placed);
        if (placed.Volume != opened)
        {
            file?.Dispose();
            file = AtomicFile.Guard(path, () => File.OpenHandle(path, options: FileOptions.SequentialScan));
            opened = placed.Volume;
        }

        byte[] stored = ArrayPool<byte>.Shared.Rent(record.StoredLength);
        int read = AtomicFile.Guard(path, () => ReadAt(file!, stored.AsSpan(0, record.StoredLength), record.Offset + RecordHeader.Length));
        if (read == record.StoredLength)
            return stored;
        ArrayPool<byte>.Shared.Return(stored);
        throw Damaged(placed, name);
    }

    /// <summary>What is told of a record whose bytes are not what it says.</summary>
    public NodeForgeException Damaged(PlacedRecord placed, string name) =>
        new(BundleFaults.RecordDamaged(PathOf(placed), placed.Record.Offset, RecordHeader.Length + (long)placed.Record.StoredLength, name));

    private string PathOf(PlacedRecord placed) => volumes.Volumes[placed.Volume - 1].Path;

    private static int ReadAt(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], offset + total) is > 0 and int read)
            total += read;
        return total;
    }

    public void Dispose() => file?.Dispose();
}
