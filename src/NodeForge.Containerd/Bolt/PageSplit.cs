namespace NodeForge.Containerd.Bolt;

/// <summary>Cuts a run of elements into the pages of one level of the tree, each as full as it can be.</summary>
internal static class PageSplit
{
    /// <summary>Pages of a leaf level: none larger than a page, unless a single element is. At least one, which may be empty.</summary>
    public static List<ArraySegment<PageElement>> Leaves(PageElement[] elements, int pageSize) => Cut(elements, pageSize, minimum: 1);

    /// <summary>Pages of a branch level: two children at least in each, or a level would be no narrower than the one below; long keys may
    /// make such a page overflow.</summary>
    public static List<ArraySegment<PageElement>> Branches(PageElement[] elements, int pageSize)
    {
        List<ArraySegment<PageElement>> pages = Cut(elements, pageSize, BoltFormat.MinBranchChildren);
        if (pages.Count == 1 || pages[^1].Count >= BoltFormat.MinBranchChildren)
            return pages;
        ArraySegment<PageElement> last = pages[^1],
            before = pages[^2];
        if (before.Count > BoltFormat.MinBranchChildren)
        {
            pages[^2] = new(elements, before.Offset, before.Count - 1);
            pages[^1] = new(elements, last.Offset - 1, last.Count + 1);
            return pages;
        }
        pages[^2] = new(elements, before.Offset, before.Count + last.Count);
        pages.RemoveAt(pages.Count - 1);
        return pages;
    }

    private static List<ArraySegment<PageElement>> Cut(PageElement[] elements, int pageSize, int minimum)
    {
        List<ArraySegment<PageElement>> pages = [];
        int start = 0;
        long size = BoltFormat.PageHeaderSize;
        for (int i = 0; i < elements.Length; i++)
        {
            if (i - start >= minimum && size + elements[i].Size > pageSize)
            {
                pages.Add(new(elements, start, i - start));
                start = i;
                size = BoltFormat.PageHeaderSize;
            }
            size += elements[i].Size;
        }
        pages.Add(new(elements, start, elements.Length - start));
        return pages;
    }
}
