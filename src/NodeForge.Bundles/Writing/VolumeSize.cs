using System.Globalization;

namespace NodeForge.Bundles.Writing;

/// <summary>How large a volume may be, as people write it: 700MB, 4GiB.</summary>
public static class VolumeSize
{
    private const long Least = 16L << 20;

    private static readonly (string Unit, long Bytes)[] units =
    [
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("TiB", 1L << 40),
        ("kB", 1000),
        ("KB", 1000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("K", 1L << 10),
        ("M", 1L << 20),
        ("G", 1L << 30),
        ("T", 1L << 40),
        ("B", 1),
        ("", 1),
    ];

    /// <returns>Bytes, for <see cref="BundleOptions.VolumeSize"/>; 16 MiB and up.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleVolumeSize"/>: no number of bytes, or too few.</exception>
    public static long Parse(string text)
    {
        (string unit, long bytes) = units.First(candidate => text.EndsWith(candidate.Unit, StringComparison.Ordinal));
        bool read = decimal.TryParse(
            text.AsSpan(0, text.Length - unit.Length).Trim(),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out decimal number
        );
        if (read && number <= long.MaxValue / bytes && (long)(number * bytes) is var size && size >= Least)
            return size;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.BundleVolumeSize, read ? "volumes would be too small or too large" : "this is no number of bytes")
            {
                Got = text,
                Want = "at least " + ByteCount.Show(Least),
                Hint = "write a number and a unit: 700MB, 4GiB",
            }
        );
    }
}
