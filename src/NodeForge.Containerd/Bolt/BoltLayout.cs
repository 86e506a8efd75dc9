using System.Buffers.Binary;

namespace NodeForge.Containerd.Bolt;

/// <summary>Decides which pages a tree of buckets takes and where they lie: children before parents, ids ascending from the first free
/// one.</summary>
internal sealed class BoltLayout(int pageSize, ulong firstPage)
{
    private readonly List<PlannedPage> pages = [];

    /// <summary>The planned pages in the order of their ids, which is the order in the file.</summary>
    public IReadOnlyList<PlannedPage> Pages => pages;

    /// <summary>The first id that is not used: the high-water mark when the root is placed.</summary>
    public ulong NextPage { get; private set; } = firstPage;

    /// <summary>Places a bucket and everything below it.</summary>
    /// <returns>The id of the bucket's root page.</returns>
    public ulong Place(BoltBucket bucket)
    {
        PageElement[] elements = [.. bucket.Entries.Select(Element)];
        PageElement[] level = AddLevel(BoltFormat.LeafPage, PageSplit.Leaves(elements, pageSize));
        while (level.Length > 1)
            level = AddLevel(BoltFormat.BranchPage, PageSplit.Branches(level, pageSize));
        return level[0].Child;
    }

    private PageElement[] AddLevel(ushort type, List<ArraySegment<PageElement>> cuts)
    {
        PageElement[] parents = new PageElement[cuts.Count];
        for (int i = 0; i < parents.Length; i++)
        {
            PlannedPage page = new(NextPage, type, cuts[i]);
            pages.Add(page);
            NextPage += (ulong)page.PageCount(pageSize);
            parents[i] = PageElement.OfChild(cuts[i].Count == 0 ? default : cuts[i][0].Key, page.Id);
        }
        return parents;
    }

    private PageElement Element(BoltEntry entry) =>
        entry.Bucket is { } bucket ? PageElement.OfBucket(entry.Key, BucketValue(bucket)) : PageElement.OfValue(entry.Key, entry.Value);

    private byte[] BucketValue(BoltBucket bucket) =>
        IsInline(bucket) ? InlineValue(bucket) : WriteHeader(new byte[BoltFormat.BucketHeaderSize], Place(bucket), bucket.Sequence);

    private bool IsInline(BoltBucket bucket)
    {
        long size = BoltFormat.PageHeaderSize;
        foreach (BoltEntry entry in bucket.Entries)
        {
            size += BoltFormat.ElementSize + (long)entry.Key.Length + entry.Value.Length;
            if (entry.Bucket is not null || size > pageSize / BoltFormat.InlineDivisor)
                return false;
        }
        return true;
    }

    private static byte[] InlineValue(BoltBucket bucket)
    {
        PageElement[] elements = [.. bucket.Entries.Select(static entry => PageElement.OfValue(entry.Key, entry.Value))];
        PlannedPage page = new(0, BoltFormat.LeafPage, elements);
        byte[] value = WriteHeader(new byte[BoltFormat.BucketHeaderSize + page.Size], root: 0, bucket.Sequence);
        page.WriteTo(value.AsSpan(BoltFormat.BucketHeaderSize), overflow: 0);
        return value;
    }

    private static byte[] WriteHeader(byte[] target, ulong root, ulong sequence)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, root);
        BinaryPrimitives.WriteUInt64LittleEndian(target.AsSpan(8), sequence);
        return target;
    }
}
