using System.Buffers;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;

namespace NodeForge.Bundles.Updating;

/// <summary>A stretch of a blob of the bundle that is there.</summary>
/// <param name="Blob">The blob's number in its index, from 1.</param>
internal readonly record struct OldSegment(int Blob, long Offset, long Length)
{
    public long End => Offset + Length;

    /// <summary>Whether it lies behind another one, in the same blob or a later one.</summary>
    public bool Follows(OldSegment other) => Blob > other.Blob || (Blob == other.Blob && Offset >= other.End);
}

/// <summary>Reads stretches of a bundle's blobs. Those that follow each other unpack each record once.</summary>
internal sealed class OldBytes(BundleFile bundle) : IDisposable
{
    private readonly RecordReader reader = bundle.OpenRecords();
    private readonly Dictionary<int, (IReadOnlyList<PlacedRecord> Records, long[] Begins)> blobs = [];
    private (int Blob, int Record) at = (-1, -1);
    private byte[]? plain;

    /// <summary>How long a blob is; null where there is none of that number.</summary>
    public long? SizeOf(int blob) => blob >= 1 && blob <= bundle.Index.Blobs.Count ? bundle.Index.Blobs[blob - 1].Size : null;

    /// <summary>The stretches one behind the other.</summary>
    /// <param name="segments">Within blobs that are there.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleRecordDamaged"/>.</exception>
    public byte[] Read(IReadOnlyList<OldSegment> segments, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[segments.Sum(segment => segment.Length)];
        int done = 0;
        foreach (OldSegment segment in segments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> target = bytes.AsSpan(done, (int)segment.Length);
            Read(segment.Blob, segment.Offset, target);
            done += target.Length;
        }

        return bytes;
    }

    private void Read(int blob, long offset, Span<byte> target)
    {
        (IReadOnlyList<PlacedRecord> records, long[] begins) = PlacesOf(blob);
        int record = Array.BinarySearch(begins, offset);
        for (record = record < 0 ? ~record - 1 : record; !target.IsEmpty; record++)
        {
            Span<byte> there = Open(blob, record, records[record]).AsSpan(0, records[record].Record.PlainLength)[
                (int)(offset - begins[record])..
            ];
            int count = Math.Min(there.Length, target.Length);
            there[..count].CopyTo(target);
            target = target[count..];
            offset += count;
        }
    }

    private byte[] Open(int blob, int record, PlacedRecord placed)
    {
        if (at == (blob, record))
            return plain!;
        Release();
        plain = reader.Read(placed, bundle.Index.Blobs[blob - 1].Digest.ToString());
        at = (blob, record);
        return plain;
    }

    private (IReadOnlyList<PlacedRecord> Records, long[] Begins) PlacesOf(int blob)
    {
        if (blobs.TryGetValue(blob, out (IReadOnlyList<PlacedRecord>, long[]) known))
            return known;
        IReadOnlyList<PlacedRecord> records = bundle.RecordsOf(bundle.Index.Blobs[blob - 1].Digest);
        long[] begins = new long[records.Count];
        for (int i = 1; i < begins.Length; i++)
            begins[i] = begins[i - 1] + records[i - 1].Record.PlainLength;
        return blobs[blob] = (records, begins);
    }

    private void Release()
    {
        if (plain is not null)
            ArrayPool<byte>.Shared.Return(plain);
        (plain, at) = (null, (-1, -1));
    }

    public void Dispose()
    {
        Release();
        reader.Dispose();
    }
}
