using NodeForge.Bundles.Deltas;
using NodeForge.Bundles.Reading;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Updating;

/// <summary>A blob as it is made of old ones and a delta, piece by piece.</summary>
/// <param name="bundle">Has the old blobs.</param>
/// <param name="delta">From its first byte; is read to its end.</param>
/// <param name="name">The delta's name, for messages.</param>
internal sealed class BlobDeltaStream(BundleFile bundle, Stream delta, string name, CancellationToken cancellationToken) : ReadOnlyStream
{
    private readonly OldBytes old = new(bundle);
    private MemoryStream piece = new();
    private bool begun;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaDamaged"/>, <see cref="ErrorCodes.DeltaUnreadable"/>,
    /// <see cref="ErrorCodes.DeltaOfOtherFile"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        int count;
        while ((count = piece.Read(buffer)) == 0 && Advance()) { }
        return count;
    }

    private bool Advance()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!begun)
            Begin();
        if (BlobDeltaFormat.ReadNumber(delta) is not { } count)
            return false;
        if (count > BlobDeltaFormat.MostSegments)
            throw Damaged("a piece is made of more stretches than any");
        OldSegment[] segments = new OldSegment[count];
        long held = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            segments[i] = new((int)Math.Min(Number(), int.MaxValue), Number(), Number());
            // In order each record is unpacked once; in another order it could be once for each stretch.
            if (i > 0 && !segments[i].Follows(segments[i - 1]))
                throw Damaged("the stretches of a piece are not in order");
            if (old.SizeOf(segments[i].Blob) is not { } size || segments[i].Offset > size || segments[i].Length > size - segments[i].Offset)
                throw Damaged("a piece is made of bytes that the other bundle does not have");
            held += segments[i].Length;
            if (held > BlobDeltaFormat.MostOld)
                throw Damaged("a piece is made of more bytes than any");
        }

        Apply(segments, Number());
        return true;
    }

    private void Apply(OldSegment[] segments, long length)
    {
        if (length > BlobDeltaFormat.MostDelta)
            throw Damaged("the delta of a piece is longer than any");
        using LimitedContent content = new(delta, length);
        DeltaEnds ends = DeltaDecoder.ReadEnds(content, name);
        if (ends.NewSize > BlobPieces.Most)
            throw Damaged("a piece is longer than any");
        piece.Dispose();
        piece = new MemoryStream((int)ends.NewSize);
        DeltaDecoder.Apply(ends, new MemoryStream(old.Read(segments, cancellationToken)), content, piece, name, cancellationToken);
        piece.Position = 0;
    }

    private void Begin()
    {
        byte[] magic = new byte[BlobDeltaFormat.Magic.Length];
        int length = delta.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        if (length < magic.Length || !magic.AsSpan().SequenceEqual(BlobDeltaFormat.Magic))
            throw DeltaFaults.Unreadable(name, "the file is no delta of a blob", null);
        begun = true;
    }

    private long Number() => BlobDeltaFormat.ReadNumber(delta) ?? throw Damaged("the delta ends here");

    private NodeForgeException Damaged(string what) => DeltaFaults.Damaged(name, 0, what);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            old.Dispose();
            piece.Dispose();
            delta.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>So many bytes of a stream, which stays open.</summary>
    private sealed class LimitedContent(Stream content, long length) : ReadOnlyStream
    {
        private long left = length;

        public override int Read(Span<byte> buffer)
        {
            if (left == 0 || buffer.IsEmpty)
                return 0;
            int count = content.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left -= count;
            return count;
        }
    }
}
