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
        byte[]? plain = Unpack(record, stored);
        if (plain != stored)
            ArrayPool<byte>.Shared.Return(stored);
        return plain;
    }

    /// <summary>As <see cref="Open"/>; the bytes that it says stay the caller's.</summary>
    /// <returns>Rented, or the bytes themselves where they are as they are; null for damaged ones.</returns>
    public static byte[]? Unpack(RecordHeader record, byte[] stored)
    {
        if (Digest.Of(stored.AsSpan(0, record.StoredLength)) != record.Digest)
            return null;
        if (!record.Compressed)
            return stored;
        byte[] plain = ArrayPool<byte>.Shared.Rent(record.PlainLength);
        if (ZstdBlock.TryDecode(stored.AsSpan(0, record.StoredLength), plain.AsSpan(0, record.PlainLength)))
            return plain;
        ArrayPool<byte>.Shared.Return(plain);
        return null;
    }
}
