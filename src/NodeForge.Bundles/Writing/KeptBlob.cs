using System.Buffers;
using System.Security.Cryptography;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;

namespace NodeForge.Bundles.Writing;

/// <summary>A blob that another bundle has in the records that would be made of it here. They are unpacked to be checked, and written as
/// they are.</summary>
internal sealed class KeptBlob : IDisposable
{
    private readonly PlannedBlob blob;
    private readonly string name;
    private readonly RecordReader reader;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long checkedLength;

    private KeptBlob(PlannedBlob blob, BundleFile there, IReadOnlyList<PlacedRecord> records)
    {
        this.blob = blob;
        name = $"{there.Place}, {blob.Descriptor.Digest}";
        reader = there.OpenRecords();
        Records = records;
    }

    public IReadOnlyList<PlacedRecord> Records { get; }

    /// <returns>Null where its records are to be made: it is nowhere, or of another encoder, or cut otherwise.</returns>
    public static KeptBlob? TryOpen(PlannedBlob blob, VolumeHeader header)
    {
        if (
            blob.LiesIn is not { } there
            || (there.Header.Encoding, there.Header.ChunkSize) != (header.Encoding, header.ChunkSize)
            || !there.Has(blob.Descriptor.Digest)
        )
            return null;
        IReadOnlyList<PlacedRecord> records = there.RecordsOf(blob.Descriptor.Digest);
        // One that was stored as it is there, as a file that is compressed, may be compressed here, as a layer.
        return
            records.Count > 0
            && blob.Compress == records.Any(placed => placed.Record.Compressed)
            && records.SkipLast(1).All(placed => placed.Record.PlainLength == header.ChunkSize)
            ? new(blob, there, records)
            : null;
    }

    /// <summary>The bytes of the next record, rented; they are asked for in their order.</summary>
    public byte[] Read(PlacedRecord placed) => reader.ReadStored(placed, name);

    /// <summary>Unpacks a record; called by several threads at once.</summary>
    /// <returns>Rented, or the bytes themselves.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleRecordDamaged"/>.</exception>
    public byte[] Unpack(PlacedRecord placed, byte[] stored) => Chunk.Unpack(placed.Record, stored) ?? throw reader.Damaged(placed, name);

    /// <summary>Takes what the records unpack to, in their order.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>: it is not the blob.</exception>
    public void Check(ReadOnlySpan<byte> plain)
    {
        hash.AppendData(plain);
        checkedLength += plain.Length;
        if (checkedLength < blob.Descriptor.Size)
            return;
        Digest got = Digest.FromHash(hash.GetHashAndReset());
        if (got != blob.Descriptor.Digest)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.DigestMismatch, "the content is not what its digest says")
                {
                    Where = new(name),
                    Got = got.ToString(),
                    Want = blob.Descriptor.Digest.ToString(),
                    Hint = ErrorCodes.DigestMismatch.Remedy,
                }
            );
    }

    public void Dispose()
    {
        hash.Dispose();
        reader.Dispose();
    }
}
