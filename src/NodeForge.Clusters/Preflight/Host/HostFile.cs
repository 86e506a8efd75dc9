using System.Globalization;

namespace NodeForge.Clusters.Preflight.Host;

/// <summary>The kernel's small files below a root: a process may be kept from any of them, and some kernels lack some.</summary>
internal static class HostFile
{
    /// <summary>The file's lines; null where it cannot be read.</summary>
    public static IReadOnlyList<string>? Lines(string root, string path)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The file's words, in all of its lines; null where it cannot be read.</summary>
    public static IReadOnlyList<string>? Words(string root, string path) =>
        Lines(root, path) is { } lines
            ? [.. lines.SelectMany(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))]
            : null;

    /// <summary>The file's first word.</summary>
    public static string? Word(string root, string path) => Words(root, path) is [var word, ..] ? word : null;

    /// <summary>The file's first word as a number.</summary>
    public static long? Number(string root, string path) =>
        long.TryParse(Word(root, path), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
