using System.Buffers.Binary;

namespace NodeForge.Containerd.Bolt;

/// <summary>Writes a tree of buckets as a bbolt database (format version 2) that bbolt opens, checks and goes on writing.</summary>
/// <remarks>
/// The bytes are a function of the tree alone: pages of 4096 bytes, little-endian, unused space zero. Layout: two meta pages (transactions
/// 0
/// and 1, the second counts), an empty freelist, then the pages of the buckets, children first. Leaves and branches are filled in order;
/// only an element that is larger than a page takes overflow pages. Source of the format: etcd-io/bbolt.
/// </remarks>
public static class BoltWriter
{
    private const ulong FreelistPage = 2;
    private const ulong FirstPage = 3;

    /// <param name="root">The root bucket. bbolt's API reaches only buckets in it, no values.</param>
    /// <param name="target">Receives the file from its present position on; need not seek.</param>
    /// <exception cref="ArgumentException">The root bucket holds a value.</exception>
    public static void Write(BoltBucket root, Stream target)
    {
        if (root.Entries.Any(static entry => entry.Bucket is null))
            throw new ArgumentException("The root bucket of a bbolt file holds buckets only.", nameof(root));
        BoltLayout layout = new(BoltFormat.PageSize, FirstPage);
        ulong rootPage = layout.Place(root);
        BoltMeta meta = new(BoltFormat.PageSize, rootPage, root.Sequence, FreelistPage, layout.NextPage, Transaction: 0);
        byte[] buffer = new byte[BoltFormat.PageSize];
        WriteMeta(meta, 0, buffer, target);
        WriteMeta(meta with { Transaction = 1 }, 1, buffer, target);
        WriteFreelist(buffer, target);
        foreach (PlannedPage page in layout.Pages)
            WritePage(page, ref buffer, target);
    }

    /// <summary>The file in memory.</summary>
    /// <exception cref="ArgumentException">The root bucket holds a value.</exception>
    public static byte[] ToArray(BoltBucket root)
    {
        using MemoryStream target = new();
        Write(root, target);
        return target.ToArray();
    }

    private static void WriteMeta(BoltMeta meta, ulong id, byte[] buffer, Stream target)
    {
        Array.Clear(buffer);
        meta.WriteTo(buffer, id);
        target.Write(buffer, 0, BoltFormat.PageSize);
    }

    private static void WriteFreelist(byte[] buffer, Stream target)
    {
        Array.Clear(buffer);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, FreelistPage);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(8), BoltFormat.FreelistPage);
        target.Write(buffer, 0, BoltFormat.PageSize);
    }

    private static void WritePage(PlannedPage page, ref byte[] buffer, Stream target)
    {
        int count = page.PageCount(BoltFormat.PageSize);
        int length = checked(count * BoltFormat.PageSize);
        if (buffer.Length < length)
            buffer = new byte[length];
        Span<byte> bytes = buffer.AsSpan(0, length);
        bytes.Clear();
        page.WriteTo(bytes, count - 1);
        target.Write(bytes);
    }
}
