using NodeForge.Bundles.Deltas;

namespace NodeForge.Bundles.Updating;

/// <summary>A blob that is made of stretches of others: <c>NFBLOBS1</c>, then its pieces, in order.</summary>
/// <remarks>
/// A piece is LEB128 numbers, and a delta: how many stretches follow; of each the number of the blob in the base's index, where it begins
/// and how long it is; how long the delta is. The delta (<see cref="DeltaFormat"/>) leads from the stretches, one behind the other, to the
/// piece.
/// </remarks>
internal static class BlobDeltaFormat
{
    /// <summary>The most stretches of a piece.</summary>
    public const int MostSegments = 1 << 20;

    /// <summary>The most old bytes of a piece.</summary>
    public const int MostOld = BlobPieces.Most;

    /// <summary>The longest delta of a piece, with room for what does not compress.</summary>
    public const int MostDelta = BlobPieces.Most + (1 << 20);

    public static ReadOnlySpan<byte> Magic => "NFBLOBS1"u8;

    /// <returns>Null at the end, or where there is no number of up to 63 bits.</returns>
    public static long? ReadNumber(Stream content)
    {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            int next = content.ReadByte();
            if (next < 0)
                return null;
            number |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
                return number < 0 ? null : number;
        }

        return null;
    }
}
