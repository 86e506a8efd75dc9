namespace NodeForge.Bundles.Updating;

/// <summary>A stretch of a new blob, and the old bytes that it is made of.</summary>
internal sealed record BlobPiece(long Begin, long End, IReadOnlyList<OldSegment> Old);

/// <summary>Cuts a blob into pieces, of which each is made in memory: files and their old ones, or a stretch of a long file.</summary>
internal sealed class BlobPieces
{
    /// <summary>Bytes of a piece, and of what it is made of, at most: with an index of the old ones this is what making it holds in
    /// memory.</summary>
    public const int Most = 64 << 20;

    private const int Stretch = 32 << 20; // of a file that is longer than a piece
    private const int Slack = 16 << 20; // how far its bytes may have moved
    private const int Header = 1024; // bytes before a file in an archive: its header, often with an extended one

    private readonly Func<int, long> sizeOfBlob;
    private readonly OldFiles old;
    private readonly List<BlobPiece> pieces = [];
    private readonly HashSet<OldSegment> segments = [];
    private long begin;
    private long held;

    private BlobPieces(OldFiles old, Func<int, long> sizeOfBlob)
    {
        this.old = old;
        this.sizeOfBlob = sizeOfBlob;
    }

    /// <param name="files">What is in the blob, in its order.</param>
    /// <param name="size">Bytes of the blob.</param>
    /// <param name="old">Where to look for old files.</param>
    /// <param name="sizeOfBlob">How long an old blob is.</param>
    public static IReadOnlyList<BlobPiece> Cut(IReadOnlyList<ListedFile> files, long size, OldFiles old, Func<int, long> sizeOfBlob)
    {
        BlobPieces cut = new(old, sizeOfBlob);
        foreach (ListedFile file in files)
        {
            if (file.Size > Most)
                cut.AddLong(file);
            else
                cut.Add(file);
        }

        cut.Close(size);
        return cut.pieces;
    }

    private void Add(ListedFile file)
    {
        OldSegment[] partners = [.. old.PartnersOf(file).Where(partner => partner.Size <= Most).Select(Around)];
        if (file.Offset + file.Size - begin > Most || held + partners.Sum(partner => partner.Length) > Most)
            Close(file.Offset);
        foreach (OldSegment partner in partners)
        {
            if (held + partner.Length <= Most && segments.Add(partner))
                held += partner.Length;
        }
    }

    private void AddLong(ListedFile file)
    {
        Close(file.Offset);
        OldFile? partner = old.PartnersOf(file) is [var first, ..] ? first : null;
        for (long done = 0; done < file.Size; done += Stretch)
        {
            long length = Math.Min(Stretch, file.Size - done);
            if (partner is { } whole)
            {
                long from = Math.Max(0, (long)((double)done / file.Size * whole.Size) - Slack);
                if (from < whole.Size)
                    segments.Add(new(whole.Blob, whole.Offset + from, Math.Min(length + (2 * Slack), whole.Size - from)));
            }

            Close(file.Offset + done + length);
        }
    }

    private OldSegment Around(OldFile file)
    {
        long from = Math.Max(0, file.Offset - Header);
        return new(file.Blob, from, Math.Min(file.Offset + file.Size + Header, sizeOfBlob(file.Blob)) - from);
    }

    private void Close(long end)
    {
        OldSegment[] joined = Join();
        for (; begin < end; begin = Math.Min(end, begin + Most))
            pieces.Add(new(begin, Math.Min(end, begin + Most), joined));
        segments.Clear();
        held = 0;
    }

    // In the order in which they lie, so that each record is unpacked once.
    private OldSegment[] Join()
    {
        List<OldSegment> joined = [];
        foreach (OldSegment segment in segments.OrderBy(segment => segment.Blob).ThenBy(segment => segment.Offset))
        {
            if (joined is [.., var last] && last.Blob == segment.Blob && segment.Offset <= last.End)
                joined[^1] = last with { Length = Math.Max(last.End, segment.End) - last.Offset };
            else
                joined.Add(segment);
        }

        return [.. joined];
    }
}
