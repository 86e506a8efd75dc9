using NodeForge.Bundles.Deltas;
using NodeForge.Oci;

namespace NodeForge.Bundles.Updating;

/// <summary>Writes what a new blob has that the old ones have not.</summary>
internal static class BlobDeltaWriter
{
    /// <param name="pieces">All of the blob.</param>
    /// <param name="content">The blob; its digest is its owner's to check.</param>
    /// <param name="old">The old blobs.</param>
    /// <param name="most">Bytes from which on it is not worth it.</param>
    /// <param name="output">Takes the delta.</param>
    /// <returns>False where it is not worth it; the output is then of no use.</returns>
    public static bool TryWrite(
        IReadOnlyList<BlobPiece> pieces,
        Stream content,
        OldBytes old,
        long most,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        output.Write(BlobDeltaFormat.Magic);
        long written = BlobDeltaFormat.Magic.Length;
        byte[] buffer = new byte[pieces.Max(piece => piece.End - piece.Begin)];
        foreach (BlobPiece piece in pieces)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Memory<byte> newer = buffer.AsMemory(0, (int)(piece.End - piece.Begin));
            content.ReadExactly(newer.Span);
            byte[] there = old.Read(piece.Old, cancellationToken);
            using MemoryStream delta = new();
            DeltaEncoder.Encode(
                new(Digest.Of(there), there.Length, Digest.Of(newer.Span), newer.Length),
                there,
                new MemoryStream(buffer, 0, newer.Length, writable: false),
                delta,
                cancellationToken
            );
            byte[] head = Head(piece, delta.Length);
            written += head.Length + delta.Length;
            if (written >= most)
                return false;
            output.Write(head);
            output.Write(delta.GetBuffer(), 0, (int)delta.Length);
        }

        content.CopyTo(Stream.Null); // what checks itself does so at its end
        return true;
    }

    private static byte[] Head(BlobPiece piece, long delta)
    {
        List<byte> head = [];
        DeltaFormat.WriteNumber(head, (ulong)piece.Old.Count);
        foreach (OldSegment segment in piece.Old)
        {
            DeltaFormat.WriteNumber(head, (ulong)segment.Blob);
            DeltaFormat.WriteNumber(head, (ulong)segment.Offset);
            DeltaFormat.WriteNumber(head, (ulong)segment.Length);
        }

        DeltaFormat.WriteNumber(head, (ulong)delta);
        return [.. head];
    }
}
