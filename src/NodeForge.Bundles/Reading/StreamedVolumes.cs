using NodeForge.Bundles.Format;

namespace NodeForge.Bundles.Reading;

/// <summary>The volumes of a bundle that comes by once, one behind the other. What cannot be told apart ends it: where the next volume
/// begins is known from the one before.</summary>
internal sealed class StreamedVolumes
{
    private readonly Stream content;
    private readonly string name;
    private readonly List<ExpectedVolume> volumes = [];
    private byte[] head;

    private StreamedVolumes(Stream content, string name, byte[] head, VolumeHeader header)
    {
        this.content = content;
        this.name = name;
        this.head = head;
        Header = header;
    }

    /// <summary>Of the first volume.</summary>
    public VolumeHeader Header { get; }

    /// <exception cref="NodeForgeException">What comes does not begin as a bundle does, or not with its first volume.</exception>
    public static StreamedVolumes Begin(Stream content, string name)
    {
        byte[] head = Read(content, VolumeHeader.Length);
        VolumeHeader header = VolumeHeader.Read(head, name);
        return header.Number == 1
            ? new(content, name, head, header)
            : throw new NodeForgeException(BundleFaults.Misplaced(name, header.Number, 1, header.Count));
    }

    public async Task ReadAsync(RecordLedger ledger, CancellationToken cancellationToken)
    {
        for (int number = 1; number <= Header.Count; number++)
        {
            string where = NameOf(number);
            Diagnostic? problem = number == 1 ? null : ReadHeader(number, where);
            VolumeWalk walk = new(content, Header, known: null);
            while (problem is null && walk.Next() is { } next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await ledger.AddAsync(number, next.Record, next.Stored).ConfigureAwait(false);
            }

            problem ??= walk.LostAt is { } lost ? BundleFaults.Lost(where, lost) : ReadEnd(walk, number, where);
            volumes.Add(
                new(number, where, problem is null ? new(where, LengthOf(walk), Header, [], []) : null, problem is null ? [] : [problem])
            );
            if (problem is not null)
                return;
        }

        if (content.ReadByte() >= 0)
            volumes[^1] = new(
                Header.Count,
                NameOf(Header.Count),
                null,
                BundleFaults.Cut(NameOf(Header.Count), "more bytes", "the end").Diagnostics
            );
    }

    /// <summary>What came, as volumes of files are told.</summary>
    public BundleVolumes ToVolumes()
    {
        int came = volumes.Count;
        return new(
            name,
            Header,
            [
                .. volumes,
                .. Enumerable
                    .Range(came + 1, Header.Count - came)
                    .Select(number => new ExpectedVolume(number, NameOf(number), null, [NotReached(number)])
                    {
                        State = VolumeState.Missing,
                    }),
            ],
            []
        );
    }

    private static long LengthOf(VolumeWalk walk) => EndOf(walk) + VolumeTrailer.DirectoryLength(walk.Seen.Count) + VolumeTrailer.Length;

    private static long EndOf(VolumeWalk walk) => walk.Seen is [.., RecordHeader last] ? last.End : VolumeHeader.Length;

    private Diagnostic NotReached(int number) =>
        BundleFaults.Missing(NameOf(number), number, Header.Count) with
        {
            What = "the volume was not reached",
            Hint = "copy the volume named in the message before again, then verify again",
        };

    private string NameOf(int number) => Header.VolumeSize == 0 ? name : $"{name}, volume {number}";

    private Diagnostic? ReadHeader(int number, string where)
    {
        head = Read(content, VolumeHeader.Length);
        try
        {
            VolumeHeader header = VolumeHeader.Read(head, where);
            return header.Set != Header.Set ? BundleFaults.Foreign(where, header.Set.ToString(), Header.Set.ToString())
                : header.Number != number ? BundleFaults.Misplaced(where, header.Number, number, header.Count)
                : null;
        }
        catch (NodeForgeException damaged)
        {
            return damaged.Diagnostics[0];
        }
    }

    // The walk has read the directory's first 8 bytes: its magic, and how many entries there are.
    private Diagnostic? ReadEnd(VolumeWalk walk, int number, string where)
    {
        byte[] directory = VolumeTrailer.DirectoryOf(walk.Seen);
        long offset = EndOf(walk);
        if (
            walk.Counted != walk.Seen.Count
            || !Read(content, directory.Length - VolumeTrailer.DirectoryHead)
                .AsSpan()
                .SequenceEqual(directory.AsSpan(VolumeTrailer.DirectoryHead))
        )
            return BundleFaults.DirectoryDamaged(where, offset);
        VolumeTrailer want = new(offset, walk.Seen.Count, number, Header.Count, Header.Set, VolumeTrailer.DigestOf(head, directory));
        byte[] trailer = Read(content, VolumeTrailer.Length);
        return trailer.Length < VolumeTrailer.Length
                ? BundleFaults.Cut(where, "the end of the bytes", "the end of the volume").Diagnostics[0]
            : trailer.AsSpan().SequenceEqual(want.ToBytes()) ? null
            : BundleFaults.DirectoryDamaged(where, offset + directory.Length);
    }

    private static byte[] Read(Stream content, int length)
    {
        byte[] bytes = new byte[length];
        int read = content.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return read == length ? bytes : bytes[..read];
    }
}
