using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace NodeForge.Containerd.Bolt;

/// <summary>Walks the pages of a file from the root bucket down, and notes which it reached.</summary>
/// <param name="file">The pages.</param>
/// <param name="onFault">Told of each problem. When it returns, the walk goes on behind the page that has it.</param>
internal sealed class BoltTree(BoltFile file, Action<NodeForgeException> onFault)
{
    /// <summary>The pages of all buckets, overflow pages included.</summary>
    public PageSet Reached { get; } = new(file);

    public BoltBucket Read() => ReadBucket(file.Meta.Root, file.Meta.Sequence, from: 0, depth: 1);

    private BoltBucket ReadBucket(ulong root, ulong sequence, ulong from, int depth)
    {
        List<BoltEntry> entries = [];
        ReadPage(new Visit(root, from, depth, TreeDepth: 1, default, default), entries);
        return new BoltBucket(entries, sequence);
    }

    private void ReadPage(Visit visit, List<BoltEntry> entries)
    {
        int before = entries.Count;
        try
        {
            BoltPage page = file.ReadPage(visit.Page, visit.From);
            // Both limits on nesting can be met on one path; a thread with a small stack gives up before it overflows.
            if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
                throw page.Fault(ErrorCodes.BoltTooDeep, "pages are nested deeper than this thread's stack can follow", 0);
            Reach(page);
            PageElement[] elements = RequireTreePage(page).ReadElements();
            visit.RequireBounds(page, elements);
            if (page.Type == BoltFormat.LeafPage)
                ReadLeaf(page, elements, visit.BucketDepth, entries);
            else
                ReadBranch(page, elements, visit, entries);
        }
        catch (NodeForgeException fault)
        {
            // What this page alone gave is not to be trusted; its order is unknown.
            entries.RemoveRange(before, entries.Count - before);
            onFault(fault);
        }
    }

    private void ReadBranch(BoltPage page, PageElement[] elements, Visit visit, List<BoltEntry> entries)
    {
        if (elements.Length == 0)
            throw page.Fault(ErrorCodes.BoltPageInvalid, "a branch page has no children", 10);
        if (visit.TreeDepth >= BoltFormat.MaxTreeDepth)
            throw page.Fault(ErrorCodes.BoltTooDeep, "branch pages are nested too deep", 0, null, $"at most {BoltFormat.MaxTreeDepth}");
        for (int i = 0; i < elements.Length; i++)
        {
            ReadOnlyMemory<byte> upper = i + 1 < elements.Length ? elements[i + 1].Key : visit.Below;
            ReadPage(new Visit(elements[i].Child, page.Id, visit.BucketDepth, visit.TreeDepth + 1, elements[i].Key, upper), entries);
        }
    }

    private void ReadLeaf(BoltPage page, PageElement[] elements, int depth, List<BoltEntry> entries)
    {
        foreach (PageElement element in elements)
            entries.Add(
                (element.Flags & BoltFormat.BucketElement) == 0
                    ? new BoltEntry(element.Key, element.Value)
                    : new BoltEntry(element.Key, ReadChild(page, element, depth + 1))
            );
    }

    private BoltBucket ReadChild(BoltPage page, PageElement element, int depth)
    {
        BoltPage value = page.Within(element.Value, 0);
        if (depth > BoltFormat.MaxBucketDepth)
            throw value.Fault(ErrorCodes.BoltTooDeep, "buckets are nested too deep", 0, null, $"at most {BoltFormat.MaxBucketDepth}");
        if (element.Value.Length < BoltFormat.BucketHeaderSize)
            throw value.Fault(
                ErrorCodes.BoltElementInvalid,
                $"the bucket {BoltFault.Show(element.Key.Span)} has no header",
                0,
                $"{element.Value.Length} bytes",
                $"{BoltFormat.BucketHeaderSize} at least"
            );
        ulong root = BinaryPrimitives.ReadUInt64LittleEndian(element.Value.Span);
        ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(element.Value.Span[8..]);
        return root == 0
            ? ReadInline(page.Within(element.Value, BoltFormat.BucketHeaderSize), sequence, depth)
            : ReadBucket(root, sequence, page.Id, depth);
    }

    private BoltBucket ReadInline(BoltPage page, ulong sequence, int depth)
    {
        if (page.Bytes.Length < BoltFormat.PageHeaderSize)
            throw page.Fault(
                ErrorCodes.BoltElementInvalid,
                "an inline bucket is shorter than a page's header",
                0,
                $"{page.Bytes.Length} bytes",
                $"{BoltFormat.PageHeaderSize} at least"
            );
        if (page.Type != BoltFormat.LeafPage)
            throw page.Fault(ErrorCodes.BoltPageInvalid, "an inline bucket is no leaf", 8, $"type 0x{page.Type:x}", "type 0x2");
        List<BoltEntry> entries = [];
        ReadLeaf(page, page.ReadElements(), depth, entries);
        return new BoltBucket(entries, sequence);
    }

    private void Reach(BoltPage page)
    {
        for (ulong id = page.Id; id <= page.Id + page.Overflow; id++)
            if (!Reached.Add(id))
                throw BoltFault.At(ErrorCodes.BoltPageShared, $"page {id} is reached a second time", file.Name, page.Id, page.Offset);
    }

    private static BoltPage RequireTreePage(BoltPage page) =>
        page.Type is BoltFormat.LeafPage or BoltFormat.BranchPage
            ? page
            : throw page.Fault(
                ErrorCodes.BoltPageInvalid,
                "a page of a bucket is neither leaf nor branch",
                8,
                $"type 0x{page.Type:x}",
                "type 0x1 or 0x2"
            );

    /// <summary>A page to be read, and the range that its parents leave for its keys: from, inclusive, and below, exclusive; empty for
    /// none.</summary>
    private readonly record struct Visit(
        ulong Page,
        ulong From,
        int BucketDepth,
        int TreeDepth,
        ReadOnlyMemory<byte> AtLeast,
        ReadOnlyMemory<byte> Below
    )
    {
        public void RequireBounds(BoltPage page, PageElement[] elements)
        {
            if (elements.Length == 0)
                return;
            ReadOnlySpan<byte> first = elements[0].Key.Span,
                last = elements[^1].Key.Span;
            if (first.SequenceCompareTo(AtLeast.Span) < 0)
                throw page.Fault(
                    ErrorCodes.BoltKeysUnordered,
                    "a page begins before the key that its parent has for it",
                    BoltFormat.PageHeaderSize,
                    BoltFault.Show(first),
                    $"{BoltFault.Show(AtLeast.Span)} or more"
                );
            if (!Below.IsEmpty && last.SequenceCompareTo(Below.Span) >= 0)
                throw page.Fault(
                    ErrorCodes.BoltKeysUnordered,
                    "a page ends behind the key of the page after it",
                    BoltFormat.PageHeaderSize,
                    BoltFault.Show(last),
                    $"less than {BoltFault.Show(Below.Span)}"
                );
        }
    }
}
