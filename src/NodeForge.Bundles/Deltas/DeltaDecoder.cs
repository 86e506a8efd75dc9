using System.Security.Cryptography;
using NodeForge.Oci;

namespace NodeForge.Bundles.Deltas;

/// <summary>Makes the new file out of the old one and a delta. Nothing of a delta is believed: each block is held against its digest before
/// it is unpacked, and the whole against the new file's.</summary>
/// <remarks>Held in memory are a block of the new file and of the delta.</remarks>
public static class DeltaDecoder
{
    /// <summary>What a delta leads from and to; the stream is then behind its header.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaUnreadable"/>.</exception>
    public static DeltaEnds ReadEnds(Stream delta, string where)
    {
        byte[] header = new byte[DeltaFormat.HeaderBytes];
        int length = delta.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        return DeltaFormat.ReadHeader(header.AsSpan(0, length), where);
    }

    /// <param name="old">The old file, seekable.</param>
    /// <param name="delta">The delta from its first byte; is read to its end.</param>
    /// <param name="output">Takes the new file. What it got is worth something only when this returns.</param>
    /// <param name="where">The delta's name, for messages.</param>
    /// <param name="cancellationToken">Ends it between two blocks.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaUnreadable"/>, <see cref="ErrorCodes.DeltaDamaged"/>,
    /// <see cref="ErrorCodes.DeltaOfOtherFile"/>.</exception>
    public static DeltaEnds Apply(Stream old, Stream delta, Stream output, string where, CancellationToken cancellationToken) =>
        Apply(ReadEnds(delta, where), old, delta, output, where, cancellationToken);

    /// <param name="ends">What the delta's header says.</param>
    /// <param name="delta">Behind its header.</param>
    internal static DeltaEnds Apply(
        DeltaEnds ends,
        Stream old,
        Stream delta,
        Stream output,
        string where,
        CancellationToken cancellationToken
    )
    {
        if (old.Length != ends.OldSize)
            throw DeltaFaults.OtherBase(where, $"a file of {old.Length} bytes", $"{ends.Old}, {ends.OldSize} bytes");
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long done = 0;
        long at = DeltaFormat.HeaderBytes;
        WordGuesses guesses = new();
        long near = 0;
        while (done < ends.NewSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DeltaBlock block = DeltaBlock.Read(delta, ends, ends.NewSize - done, where, ref at);
            byte[] content =
                block.Apply(old, guesses, done, ref near)
                ?? throw DeltaFaults.Damaged(
                    where,
                    at,
                    "the steps of a block lead out of the old file, or make another length than it says"
                );
            hash.AppendData(content);
            output.Write(content);
            done += content.Length;
        }

        if (delta.ReadByte() >= 0)
            throw DeltaFaults.Damaged(where, at, "more bytes follow than the delta has");
        // Every block was whole: what is wrong then is the old file.
        Digest digest = Digest.FromHash(hash.GetHashAndReset());
        return digest == ends.New
            ? ends
            : throw DeltaFaults.OtherBase(where, $"a file that leads to {digest}", $"{ends.Old}, which leads to {ends.New}");
    }
}
