using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NodeForge.Containerd.Bolt;

/// <summary>A page's bytes, decoded only within their bounds. An inline bucket's page lies in another page's value.</summary>
/// <param name="File">What messages call the file.</param>
/// <param name="Id">The page, or the page that an inline one lies in.</param>
/// <param name="Offset">Where the bytes begin in the file.</param>
/// <param name="Bytes">The page with its overflow pages.</param>
/// <param name="Overflow">How many pages follow that belong to it.</param>
internal sealed record BoltPage(string File, ulong Id, long Offset, ReadOnlyMemory<byte> Bytes, uint Overflow)
{
    public ushort Type => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.Span[8..]);

    public int Count => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.Span[10..]);

    public NodeForgeException Fault(ErrorCode code, string what, int at, string? got = null, string? want = null) =>
        BoltFault.At(code, what, File, Id, Offset + at, got, want);

    /// <summary>The elements of a leaf or branch page, their keys strictly ascending.</summary>
    /// <exception cref="NodeForgeException">NF6103, NF6104, NF6105.</exception>
    public PageElement[] ReadElements()
    {
        if (BoltFormat.PageHeaderSize + ((long)Count * BoltFormat.ElementSize) > Bytes.Length)
            throw Fault(
                ErrorCodes.BoltPageInvalid,
                "a page counts more elements than it can hold",
                10,
                $"{Count} elements",
                $"at most {(Bytes.Length - BoltFormat.PageHeaderSize) / BoltFormat.ElementSize}"
            );
        PageElement[] elements = new PageElement[Count];
        int used = BoltFormat.PageHeaderSize + (Count * BoltFormat.ElementSize);
        for (int i = 0; i < elements.Length; i++)
        {
            int at = BoltFormat.PageHeaderSize + (i * BoltFormat.ElementSize);
            elements[i] = Type == BoltFormat.LeafPage ? ReadLeafElement(at, ref used) : ReadBranchElement(at, ref used);
            if (i > 0 && elements[i - 1].Key.Span.SequenceCompareTo(elements[i].Key.Span) >= 0)
                throw Fault(
                    ErrorCodes.BoltKeysUnordered,
                    "a key does not come after the one before it",
                    at,
                    BoltFault.Show(elements[i].Key.Span),
                    $"more than {BoltFault.Show(elements[i - 1].Key.Span)}"
                );
        }
        return elements;
    }

    /// <summary>The place of a slice of this page, for messages about what lies in it.</summary>
    public BoltPage Within(ReadOnlyMemory<byte> slice, int skip)
    {
        long start =
            MemoryMarshal.TryGetArray(slice, out ArraySegment<byte> part) && MemoryMarshal.TryGetArray(Bytes, out ArraySegment<byte> whole)
                ? part.Offset - whole.Offset
                : 0;
        return new BoltPage(File, Id, Offset + start + skip, slice[skip..], 0);
    }

    private PageElement ReadLeafElement(int at, ref int used)
    {
        ReadOnlySpan<byte> header = Bytes.Span.Slice(at, BoltFormat.ElementSize);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (flags > BoltFormat.BucketElement)
            throw Fault(
                ErrorCodes.BoltElementInvalid,
                "an element has flags that are not known",
                at,
                $"0x{flags:x}",
                "0 (value) or 1 (bucket)"
            );
        uint keySize = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        uint valueSize = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        int key = Claim(at, BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), keySize, valueSize, ref used);
        ReadOnlyMemory<byte> value = Bytes.Slice(key + (int)keySize, (int)valueSize);
        return new PageElement(flags, Bytes.Slice(key, (int)keySize), value, 0);
    }

    private PageElement ReadBranchElement(int at, ref int used)
    {
        ReadOnlySpan<byte> header = Bytes.Span.Slice(at, BoltFormat.ElementSize);
        uint keySize = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        int key = Claim(at, BinaryPrimitives.ReadUInt32LittleEndian(header), keySize, 0, ref used);
        return PageElement.OfChild(Bytes.Slice(key, (int)keySize), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]));
    }

    // Elements may not share bytes: bbolt never writes that, and a hostile file could unfold a few bytes into terabytes with it.
    private int Claim(int at, uint position, uint keySize, uint valueSize, ref int used)
    {
        if (keySize is 0 or > BoltFormat.MaxKeySize)
            throw Fault(
                ErrorCodes.BoltElementInvalid,
                "a key has a length that the format forbids",
                at,
                $"{keySize} bytes",
                $"1 to {BoltFormat.MaxKeySize}"
            );
        long start = (long)at + position;
        long end = start + keySize + valueSize;
        if (end > Bytes.Length)
            throw Fault(
                ErrorCodes.BoltElementInvalid,
                "an element points beyond the end of its page",
                at,
                $"bytes {start} to {end}",
                $"at most {Bytes.Length}"
            );
        if (start < used)
            throw Fault(ErrorCodes.BoltElementInvalid, "an element lies over another one", at, $"bytes from {start}", $"from {used} on");
        used = (int)end;
        return (int)start;
    }
}
