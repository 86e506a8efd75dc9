using System.Buffers;
using NodeForge.Bundles.Format;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Reading;

/// <summary>The bytes of a record, checked and unpacked.</summary>
internal static class Chunk
{
    /// <param name="record">What they have to be.</param>
    /// <param name="stored">As many as it says; rented, and given back or returned.</param>
    /// <returns>Rented, as many as it unpacks to; null for damaged ones.</returns>
    public static byte[]? Open(RecordHeader record, byte[] stored)
    {
        if (Digest.Of(stored.AsSpan(0, record.StoredLength)) != record.Digest)
        {
            ArrayPool<byte>.Shared.Return(stored);
            return null;
        }

        if (!record.Compressed)
            return stored;
        byte[] plain = ArrayPool<byte>.Shared.Rent(record.PlainLength);
        bool decoded = ZstdBlock.TryDecode(stored.AsSpan(0, record.StoredLength), plain.AsSpan(0, record.PlainLength));
        ArrayPool<byte>.Shared.Return(stored);
        if (decoded)
            return plain;
        ArrayPool<byte>.Shared.Return(plain);
        return null;
    }
}
