using System.Globalization;

namespace NodeForge.Cli.Commands;

/// <summary>A number of bytes as people write it: 700MB, 4GiB.</summary>
internal static class ByteSize
{
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

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleVolumeSize"/>: no number of bytes, or fewer than that.</exception>
    public static long Parse(string text, long least)
    {
        (string unit, long bytes) = units.First(candidate => text.EndsWith(candidate.Unit, StringComparison.Ordinal));
        bool read = decimal.TryParse(
            text.AsSpan(0, text.Length - unit.Length).Trim(),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out decimal number
        );
        if (read && number <= long.MaxValue / bytes && (long)(number * bytes) is var size && size >= least)
            return size;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.BundleVolumeSize, read ? "volumes would be too small or too large" : "this is no number of bytes")
            {
                Got = text,
                Want = "at least " + ByteCount.Show(least),
                Hint = "write a number and a unit: 700MB, 4GiB",
            }
        );
    }
}
