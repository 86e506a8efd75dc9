using System.Buffers.Binary;

namespace NodeForge.Containerd.Bolt;

/// <summary>What a meta page says: where the root bucket and the freelist are, and how far the file is used.</summary>
/// <param name="PageSize">Bytes per page, for the whole file.</param>
/// <param name="Root">The root bucket's page.</param>
/// <param name="Sequence">The root bucket's sequence.</param>
/// <param name="Freelist">The freelist's page, or <see cref="BoltFormat.NoFreelist"/>.</param>
/// <param name="HighWater">One more than the highest page in use.</param>
/// <param name="Transaction">The transaction that wrote it; the higher of two valid metas counts.</param>
internal sealed record BoltMeta(uint PageSize, ulong Root, ulong Sequence, ulong Freelist, ulong HighWater, ulong Transaction)
{
    /// <summary>Writes a whole meta page's header and meta.</summary>
    public void WriteTo(Span<byte> page, ulong id)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page, id);
        BinaryPrimitives.WriteUInt16LittleEndian(page[8..], BoltFormat.MetaPage);
        Span<byte> meta = page.Slice(BoltFormat.PageHeaderSize, BoltFormat.MetaSize);
        BinaryPrimitives.WriteUInt32LittleEndian(meta, BoltFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(meta[4..], BoltFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(meta[8..], PageSize);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[16..], Root);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[24..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[32..], Freelist);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[40..], HighWater);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[48..], Transaction);
        BinaryPrimitives.WriteUInt64LittleEndian(meta[BoltFormat.MetaChecksumOffset..], Checksum(meta[..BoltFormat.MetaChecksumOffset]));
    }

    /// <summary>The meta in a page; null when magic, version or checksum are wrong, as after a torn write.</summary>
    public static BoltMeta? TryRead(ReadOnlySpan<byte> page)
    {
        if (page.Length < BoltFormat.PageHeaderSize + BoltFormat.MetaSize)
            return null;
        ReadOnlySpan<byte> meta = page.Slice(BoltFormat.PageHeaderSize, BoltFormat.MetaSize);
        if (
            BinaryPrimitives.ReadUInt32LittleEndian(meta) != BoltFormat.Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(meta[4..]) != BoltFormat.Version
            || BinaryPrimitives.ReadUInt64LittleEndian(meta[BoltFormat.MetaChecksumOffset..])
                != Checksum(meta[..BoltFormat.MetaChecksumOffset])
        )
            return null;
        return new(
            BinaryPrimitives.ReadUInt32LittleEndian(meta[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(meta[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(meta[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(meta[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(meta[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(meta[48..])
        );
    }

    // FNV-1a, 64 bits.
    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in bytes)
            hash = unchecked((hash ^ value) * 0x100000001b3);
        return hash;
    }
}
