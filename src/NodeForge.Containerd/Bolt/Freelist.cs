using System.Buffers.Binary;

namespace NodeForge.Containerd.Bolt;

/// <summary>The pages that a file's owner may overwrite.</summary>
internal sealed class Freelist
{
    private readonly BoltPage page;
    private readonly ulong[] free;

    private Freelist(BoltPage page, ulong[] free)
    {
        this.page = page;
        this.free = free;
    }

    /// <returns>Null when the file was written without one.</returns>
    /// <exception cref="NodeForgeException">NF6103: it is no freelist page, or counts more than it holds.</exception>
    public static Freelist? Read(BoltFile file)
    {
        if (file.Meta.Freelist == BoltFormat.NoFreelist)
            return null;
        BoltPage page = file.ReadPage(file.Meta.Freelist, from: 0);
        if (page.Type != BoltFormat.FreelistPage)
            throw page.Fault(ErrorCodes.BoltPageInvalid, "the freelist's page is of another type", 8, $"type 0x{page.Type:x}", "type 0x10");
        ReadOnlySpan<byte> entries = page.Bytes.Span[BoltFormat.PageHeaderSize..];
        ulong count = (ulong)page.Count;
        if (page.Count == BoltFormat.FreelistCountOverflow)
        {
            count = BinaryPrimitives.ReadUInt64LittleEndian(entries);
            entries = entries[sizeof(ulong)..];
        }
        if (count > (ulong)entries.Length / sizeof(ulong))
            throw page.Fault(
                ErrorCodes.BoltPageInvalid,
                "the freelist counts more pages than it holds",
                10,
                $"{count}",
                $"at most {entries.Length / sizeof(ulong)}"
            );
        ulong[] free = new ulong[count];
        for (int i = 0; i < free.Length; i++)
            free[i] = BinaryPrimitives.ReadUInt64LittleEndian(entries[(i * sizeof(ulong))..]);
        return new Freelist(page, free);
    }

    /// <summary>Holds the freelist against the pages that the tree reached.</summary>
    public void Check(BoltFile file, PageSet reached, Action<NodeForgeException> onFault)
    {
        PageSet freed = new(file);
        foreach (ulong id in free)
            if (id < 2 || id >= file.Meta.HighWater)
                onFault(Fault(file, "the freelist names a page that is not in use", id));
            else if (!freed.Add(id))
                onFault(Fault(file, "the freelist names a page twice", id));
        for (ulong id = 2; id < file.Meta.HighWater; id++)
        {
            bool used = reached.Contains(id) || IsOwn(id);
            if (reached.Contains(id) && IsOwn(id))
                onFault(
                    BoltFault.At(
                        ErrorCodes.BoltPageShared,
                        "a page of the freelist is reached from a bucket",
                        file.Name,
                        id,
                        file.OffsetOf(id)
                    )
                );
            if (used && freed.Contains(id))
                onFault(Fault(file, "a page is in use and free", id));
            if (!used && !freed.Contains(id))
                onFault(Fault(file, "a page is neither in use nor free", id));
        }
    }

    private bool IsOwn(ulong id) => id >= page.Id && id <= page.Id + page.Overflow;

    private static NodeForgeException Fault(BoltFile file, string what, ulong id) =>
        BoltFault.At(ErrorCodes.BoltFreelistInvalid, what, file.Name, id, id < file.Meta.HighWater ? file.OffsetOf(id) : 0);
}
