namespace NodeForge.Containerd.Bolt;

/// <summary>An element of a leaf (key and value) or of a branch (first key of the child, and the child).</summary>
internal readonly record struct PageElement(uint Flags, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, ulong Child)
{
    public long Size => BoltFormat.ElementSize + (long)Key.Length + Value.Length;

    public static PageElement OfValue(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) => new(0, key, value, 0);

    public static PageElement OfBucket(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> header) =>
        new(BoltFormat.BucketElement, key, header, 0);

    public static PageElement OfChild(ReadOnlyMemory<byte> firstKey, ulong child) => new(0, firstKey, default, child);
}
