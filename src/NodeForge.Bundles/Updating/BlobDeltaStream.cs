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
            segments[i] = new((int)Math.Min(Number(), int.MaxValue), Number(), Number());
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
        byte[] bytes = new byte[length];
        if (delta.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw Damaged("the delta ends here");
        if (DeltaDecoder.ReadEnds(new MemoryStream(bytes), name).NewSize > BlobPieces.Most)
            throw Damaged("a piece is longer than any");
        piece.Dispose();
        piece = new MemoryStream();
        DeltaDecoder.Apply(new MemoryStream(old.Read(segments)), new MemoryStream(bytes), piece, name, cancellationToken);
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
}
