using System.Buffers.Binary;
using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>64 bytes before the bytes of a record, and the same 64 in the volume's directory.</summary>
/// <param name="Blob">0 for the index; n for the n-th blob that it lists.</param>
/// <param name="Part">From 0 within the blob.</param>
/// <param name="Compressed">Whether the bytes are a zstd frame.</param>
/// <param name="StoredLength">Bytes that follow.</param>
/// <param name="PlainLength">Bytes that they unpack to.</param>
/// <param name="Offset">Where this header is in its volume.</param>
/// <param name="Digest">Of the bytes that follow.</param>
internal sealed record RecordHeader(int Blob, int Part, bool Compressed, int StoredLength, int PlainLength, long Offset, Digest Digest)
{
    public const int Length = 64;

    public static ReadOnlySpan<byte> Magic => "NFR1"u8;

    /// <summary>Where the volume goes on.</summary>
    public long End => Offset + Length + StoredLength;

    public void Write(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Blob);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Part);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], Compressed ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], StoredLength);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], PlainLength);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Offset);
        Hash.Write(Digest, bytes[32..]);
    }

    /// <param name="bytes">64 of them.</param>
    /// <param name="offset">Where they are.</param>
    /// <param name="chunkSize">Bytes that a record may unpack to.</param>
    /// <returns>Null for what cannot be a record's header.</returns>
    public static RecordHeader? TryRead(ReadOnlySpan<byte> bytes, long offset, int chunkSize)
    {
        RecordHeader header = new(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) == 1,
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            Hash.Read(bytes[32..])
        );
        bool lengths =
            header.PlainLength >= 1
            && header.PlainLength <= chunkSize
            && header.StoredLength >= 1
            && (header.Compressed ? header.StoredLength < header.PlainLength : header.StoredLength == header.PlainLength);
        return
            bytes.StartsWith(Magic)
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) is 0 or 1
            && header is { Blob: >= 0, Part: >= 0 }
            && header.Offset == offset
            && lengths
            ? header
            : null;
    }
}
