namespace NodeForge.Oci.Tar;

/// <summary>Reads tar archives forwards, as data: v7, ustar, GNU and PAX. Nothing is extracted, nothing is resolved.</summary>
/// <remarks>
/// Where readers are known to disagree about an archive (two sizes, two names, records that lie about their length, links with a body), it
/// is refused: what one
/// program checked must be what the other unpacks. Links are kept as they are; <see cref="TarPolicy"/> refuses those that lead out where
/// that matters.
/// </remarks>
public sealed class TarReader : IDisposable
{
    private readonly TarInput input;
    private readonly TarFaults faults;
    private readonly TarExtensions extensions;
    private readonly TarReaderOptions options;
    private readonly CancellationToken cancellationToken;
    private TarContent content = TarContent.None;
    private bool ended;

    /// <param name="archive">Uncompressed; read to its end, not disposed. A seekable one is not read where content is skipped.</param>
    /// <param name="name">What messages call the archive.</param>
    /// <param name="options">What is let pass; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the reading, also within an entry that is long.</param>
    public TarReader(Stream archive, string name, TarReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        input = new(archive, cancellationToken);
        this.cancellationToken = cancellationToken;
        faults = new(name);
        extensions = new(faults);
        this.options = options ?? TarReaderOptions.Default;
    }

    /// <summary>The 1-based number of the current entry, extended headers not counted.</summary>
    public int EntryNumber => faults.Entry;

    /// <summary>The byte of the archive where the current entry's content begins; with <see cref="TarEntry.Size"/> it makes a
    /// <c>FileContent</c>.</summary>
    public long ContentOffset { get; private set; }

    /// <summary>The current entry's content: forward only, valid until the next <see cref="Read"/>; what is not read is skipped.</summary>
    public Stream Content => content;

    /// <summary>Goes to the next entry.</summary>
    /// <returns>Null at the end, when everything up to the end of the stream was in order.</returns>
    /// <exception cref="NodeForgeException">NF4101 to NF4106: with the number of the entry, the byte of its header and its
    /// name.</exception>
    public TarEntry? Read()
    {
        if (ended)
            return null;
        content.SkipRest();
        faults.Entry++;
        faults.EntryName = null;
        extensions.Forget();
        Span<byte> block = stackalloc byte[TarBlock.Size];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            faults.HeaderOffset = input.Offset;
            if (!ReadHeader(block))
            {
                ended = true;
                return null;
            }

            if (block[TarBlock.Type] is not ((byte)'x' or (byte)'g' or (byte)'L' or (byte)'K'))
                break;
            extensions.Add(block[TarBlock.Type], ReadExtension(block));
        }

        return ReadEntry(block);
    }

    private TarEntry ReadEntry(ReadOnlySpan<byte> block)
    {
        TarEntry entry = TarHeaderReader.Read(block, extensions, faults);
        ContentOffset = input.Offset;
        content = new(input, entry.Size, faults);
        return entry;
    }

    // An extension's length is its own header's: a PAX size before it is the size of the file (CVE-2026-53655).
    private byte[] ReadExtension(ReadOnlySpan<byte> block)
    {
        long size = TarHeaderReader.Number(block, TarBlock.Length, "size", faults);
        if (size is < 0 || size > options.MaximumExtension)
            throw faults.Fault(
                ErrorCodes.ArchiveExtensionInvalid,
                "an extended header is too large",
                got: $"{size} bytes",
                want: $"at most {options.MaximumExtension}"
            );
        byte[] bytes = new byte[size];
        int there = input.Fill(bytes);
        if (there < size || input.Skip(TarBlock.Padding(size)) < TarBlock.Padding(size))
            throw faults.Truncated(input.Offset, faults.HeaderOffset + TarBlock.Size + size + TarBlock.Padding(size), "an extended header");
        return bytes;
    }

    /// <returns>False at the end.</returns>
    private bool ReadHeader(Span<byte> block)
    {
        int there = input.Fill(block);
        if (there == 0)
            return extensions.Pending || options.EndMarkerRequired ? throw Endless() : false;
        if (there < block.Length)
            throw faults.Truncated(input.Offset, faults.HeaderOffset + TarBlock.Size, "the header");
        if (block.ContainsAnyExcept((byte)0))
            return TarHeaderReader.CheckSum(block, faults);
        if (extensions.Pending)
            throw Endless();
        ReadEnd(block);
        return false;
    }

    private void ReadEnd(Span<byte> block)
    {
        int there = input.Fill(block);
        // One zero block and then nothing is what some writers leave (GNU tar: "A lone zero block").
        if (there == TarBlock.Size && block.ContainsAnyExcept((byte)0))
            throw faults.Fault(ErrorCodes.ArchiveEndInvalid, "after one zero block the archive goes on; its end is two");
        long checkedTo = input.Offset;
        byte[] rest = new byte[1 << 16];
        while (input.Read(rest) is > 0 and int count)
        {
            int other = rest.AsSpan(0, count).IndexOfAnyExcept((byte)0);
            if (other >= 0 && !options.TrailingBytesAllowed)
                throw faults.Fault(
                    ErrorCodes.ArchiveEndInvalid,
                    FormattableString.Invariant($"there are other bytes after the archive's end, from byte {checkedTo + other} on")
                );
            checkedTo = input.Offset;
        }
    }

    private NodeForgeException Endless() =>
        extensions.Pending
            ? faults.Fault(
                ErrorCodes.ArchiveTruncated,
                FormattableString.Invariant($"the archive is truncated at byte {input.Offset}: an extended header is followed by no entry")
            )
            : faults.Fault(
                ErrorCodes.ArchiveEndInvalid,
                FormattableString.Invariant($"the archive has no end marker; it stops at byte {input.Offset}, before entry {faults.Entry}"),
                want: "two blocks of zeros"
            );

    public void Dispose()
    {
        content.Dispose();
        input.Dispose();
    }
}
