using System.Buffers;
using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Reading;

/// <summary>A blob as it unpacks, record by record, over as many volumes as it lies in.</summary>
internal sealed class BlobStream(BundleVolumes volumes, IReadOnlyList<PlacedRecord> records, string name) : ReadOnlyStream
{
    private readonly RecordReader reader = new(volumes);
    private int next;
    private byte[]? plain;
    private int start;
    private int end;

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

    /// <summary>Leaves out some bytes of the first record.</summary>
    /// <param name="count">Fewer than it has.</param>
    public void Skip(int count)
    {
        if (count > 0 && Advance())
            start = count;
    }

    private bool Advance()
    {
        Release();
        if (next == records.Count)
            return false;
        PlacedRecord record = records[next++];
        plain = reader.Read(record, name);
        (start, end) = (0, record.Record.PlainLength);
        return true;
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
            reader.Dispose();
        }

        base.Dispose(disposing);
    }
}
