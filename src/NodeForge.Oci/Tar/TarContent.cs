using NodeForge.Oci.Content;

namespace NodeForge.Oci.Tar;

/// <summary>The bytes of one entry and no more.</summary>
internal sealed class TarContent(TarInput? input, long length, TarFaults? faults) : ReadOnlyStream
{
    private long position;
    private bool padded;

    public static TarContent None { get; } = new(null, 0, null);

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        long rest = length - position;
        if (rest == 0 || buffer.IsEmpty || input is null)
            return 0;
        int count = input.Read(buffer[..(int)Math.Min(buffer.Length, rest)]);
        if (count == 0)
            throw Truncated();
        position += count;
        return count;
    }

    /// <summary>Goes to the block after the content.</summary>
    public void SkipRest()
    {
        if (input is null || padded)
            return;
        long rest = length - position + TarBlock.Padding(length);
        if (input.Skip(rest) < rest)
            throw Truncated();
        position = length;
        padded = true;
    }

    private NodeForgeException Truncated() =>
        faults!.Truncated(input!.Offset, faults.HeaderOffset + TarBlock.Size + length + TarBlock.Padding(length), "the content");
}
