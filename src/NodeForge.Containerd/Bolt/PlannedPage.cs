using System.Buffers.Binary;

namespace NodeForge.Containerd.Bolt;

/// <summary>A leaf or branch page whose place in the file is decided.</summary>
internal sealed record PlannedPage(ulong Id, ushort Type, ArraySegment<PageElement> Elements)
{
    /// <summary>Bytes in use, header included.</summary>
    public long Size { get; } = BoltFormat.PageHeaderSize + Elements.Sum(static element => element.Size);

    /// <summary>How many pages it fills; the ids after its own belong to it.</summary>
    public int PageCount(int pageSize) => (int)((Size + pageSize - 1) / pageSize);

    /// <summary>Writes header, element array and data; the rest of the target is left as it is (zero).</summary>
    public void WriteTo(Span<byte> target, int overflow)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, Id);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], Type);
        BinaryPrimitives.WriteUInt16LittleEndian(target[10..], checked((ushort)Elements.Count));
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], (uint)overflow);
        int header = BoltFormat.PageHeaderSize;
        int data = header + (Elements.Count * BoltFormat.ElementSize);
        foreach (PageElement element in Elements)
        {
            WriteElement(target[header..], element, (uint)(data - header));
            element.Key.Span.CopyTo(target[data..]);
            element.Value.Span.CopyTo(target[(data + element.Key.Length)..]);
            data += element.Key.Length + element.Value.Length;
            header += BoltFormat.ElementSize;
        }
    }

    // The position counts from the element itself, not from the page.
    private void WriteElement(Span<byte> target, PageElement element, uint position)
    {
        if (Type == BoltFormat.LeafPage)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, element.Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(target[4..], position);
            BinaryPrimitives.WriteUInt32LittleEndian(target[8..], (uint)element.Key.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(target[12..], (uint)element.Value.Length);
            return;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(target, position);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], (uint)element.Key.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], element.Child);
    }
}
