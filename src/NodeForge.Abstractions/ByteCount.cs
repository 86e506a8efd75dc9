using System.Globalization;

namespace NodeForge;

/// <summary>Numbers of bytes as people read them.</summary>
public static class ByteCount
{
    /// <summary>A number of bytes for people, in binary units.</summary>
    public static string Show(long bytes) =>
        bytes switch
        {
            < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
            < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
            < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.##} GiB"),
        };
}
