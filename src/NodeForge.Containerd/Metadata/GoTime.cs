using System.Buffers.Binary;

namespace NodeForge.Containerd.Metadata;

/// <summary>Times as Go's <c>time.MarshalBinary</c> writes them.</summary>
/// <remarks>
/// A version byte, seconds since the year 1 as a big-endian int64, nanoseconds as int32, the zone's offset in minutes as int16 (−1: UTC);
/// version 2 adds a byte of seconds to the offset. The instant is in UTC whatever the offset says.
/// </remarks>
internal static class GoTime
{
    private const byte Version1 = 1;
    private const byte Version2 = 2;
    private const int Length1 = 15;
    private const int Length2 = 16;
    private const short Utc = -1;
    private const int NanosecondsPerTick = 100;

    public static byte[] Write(DateTimeOffset time)
    {
        byte[] bytes = new byte[Length1];
        bytes[0] = Version1;
        (long seconds, long ticks) = Math.DivRem(time.UtcTicks, TimeSpan.TicksPerSecond);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), seconds);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(9), (int)ticks * NanosecondsPerTick);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(13), Utc);
        return bytes;
    }

    /// <returns>Null when the bytes are no such time, or one after the year 9999.</returns>
    public static DateTimeOffset? TryRead(ReadOnlySpan<byte> bytes)
    {
        bool known = bytes.Length switch
        {
            Length1 => bytes[0] == Version1,
            Length2 => bytes[0] == Version2,
            _ => false,
        };
        if (!known)
            return null;
        long seconds = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        int nanoseconds = BinaryPrimitives.ReadInt32BigEndian(bytes[9..]);
        if (seconds < 0 || seconds > DateTimeOffset.MaxValue.UtcTicks / TimeSpan.TicksPerSecond || nanoseconds is < 0 or >= 1_000_000_000)
            return null;
        return new DateTimeOffset((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / NanosecondsPerTick), TimeSpan.Zero);
    }
}
