using System.Buffers.Binary;
using System.Globalization;

namespace NodeForge.Containerd.Bolt;

/// <summary>The pages of a bbolt file, read one at a time; nothing outside of the file or of the page count is ever read.</summary>
internal sealed class BoltFile
{
    // bbolt looks for the second meta at these page sizes when the first is torn.
    private const int SmallestPageSize = 512;
    private const int LargestPageSize = 1 << 25;

    private readonly Stream stream;

    private BoltFile(Stream stream, string name, BoltMeta meta)
    {
        this.stream = stream;
        Name = name;
        Meta = meta;
    }

    /// <summary>What messages call the file.</summary>
    public string Name { get; }

    /// <summary>The newer of the valid metas.</summary>
    public BoltMeta Meta { get; }

    public long OffsetOf(ulong page) => checked((long)page * Meta.PageSize);

    /// <exception cref="NodeForgeException">NF6101: no valid meta; NF6102: the file is shorter than its pages; NF6103: the meta points
    /// nowhere.</exception>
    public static BoltFile Open(Stream stream, string name)
    {
        if (!stream.CanSeek)
            throw new ArgumentException("A bbolt file is read page by page: the stream must seek.", nameof(stream));
        BoltMeta meta =
            NewestMeta(stream)
            ?? throw BoltFault.At(
                ErrorCodes.BoltNotADatabase,
                "neither meta page is valid",
                name,
                0,
                0,
                string.Create(CultureInfo.InvariantCulture, $"{stream.Length} bytes"),
                "a bbolt file, version 2"
            );
        BoltFile file = new(stream, name, meta);
        file.RequireSaneMeta();
        return file;
    }

    /// <summary>Reads a page with its overflow pages.</summary>
    /// <exception cref="NodeForgeException">NF6103: the id is out of bounds, or the page says that it is another one.</exception>
    public BoltPage ReadPage(ulong id, ulong from)
    {
        if (id < 2 || id >= Meta.HighWater)
            throw BoltFault.At(
                ErrorCodes.BoltPageInvalid,
                $"page {from} points at a page that is not in use",
                Name,
                from,
                OffsetOf(from),
                $"page {id}",
                $"2 to {Meta.HighWater - 1}"
            );
        long offset = OffsetOf(id);
        byte[] header = new byte[BoltFormat.PageHeaderSize];
        ReadAt(offset, header);
        uint overflow = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12));
        ulong said = BinaryPrimitives.ReadUInt64LittleEndian(header);
        if (said != id)
            throw BoltFault.At(ErrorCodes.BoltPageInvalid, "a page has another page's id", Name, id, offset, $"{said}", $"{id}");
        if (overflow >= Meta.HighWater - id)
            throw BoltFault.At(
                ErrorCodes.BoltPageInvalid,
                "a page overflows beyond the pages in use",
                Name,
                id,
                offset,
                $"{overflow} overflow pages",
                $"fewer than {Meta.HighWater - id}"
            );
        long length = (overflow + 1L) * Meta.PageSize;
        if (length > Array.MaxLength)
            throw BoltFault.At(
                ErrorCodes.BoltPageInvalid,
                "a page is larger than any element can be",
                Name,
                id,
                offset,
                $"{length} bytes",
                $"at most {Array.MaxLength}"
            );
        byte[] bytes = new byte[length];
        ReadAt(offset, bytes);
        return new BoltPage(Name, id, offset, bytes, overflow);
    }

    private void ReadAt(long offset, byte[] target)
    {
        stream.Position = offset;
        stream.ReadExactly(target);
    }

    private void RequireSaneMeta()
    {
        if ((ulong)stream.Length / Meta.PageSize < Meta.HighWater)
            throw BoltFault.At(
                ErrorCodes.BoltTruncated,
                "the file ends before its last page",
                Name,
                0,
                stream.Length,
                $"{stream.Length} bytes",
                $"{Meta.HighWater} pages of {Meta.PageSize} bytes"
            );
        RequireInUse("root bucket", Meta.Root);
        if (Meta.Freelist != BoltFormat.NoFreelist)
            RequireInUse("freelist", Meta.Freelist);
    }

    private void RequireInUse(string what, ulong page)
    {
        if (page < 2 || page >= Meta.HighWater)
            throw BoltFault.At(
                ErrorCodes.BoltPageInvalid,
                $"the meta page names a page for the {what} that is not in use",
                Name,
                0,
                BoltFormat.PageHeaderSize,
                $"{page}",
                $"2 to {Meta.HighWater - 1}"
            );
    }

    private static BoltMeta? NewestMeta(Stream stream)
    {
        BoltMeta? first = MetaAt(stream, 0);
        if (first is not null)
            return Newer(first, MetaAt(stream, first.PageSize));
        for (long size = SmallestPageSize; size <= LargestPageSize; size *= 2)
            if (MetaAt(stream, size) is { } second && second.PageSize == size)
                return second;
        return null;
    }

    private static BoltMeta Newer(BoltMeta first, BoltMeta? second) =>
        second is not null && second.PageSize == first.PageSize && second.Transaction > first.Transaction ? second : first;

    private static BoltMeta? MetaAt(Stream stream, long offset)
    {
        byte[] page = new byte[BoltFormat.PageHeaderSize + BoltFormat.MetaSize];
        if (offset > stream.Length - page.Length)
            return null;
        stream.Position = offset;
        stream.ReadExactly(page);
        return BoltMeta.TryRead(page) is { PageSize: >= SmallestPageSize and <= LargestPageSize } meta ? meta : null;
    }
}
