using System.Globalization;

namespace NodeForge.Bundles.Format;

/// <summary>What volumes are called: <c>site.nfb</c>, or <c>site.nfb.001</c> and so on.</summary>
internal static class VolumeNames
{
    public static string PathOf(string bundle, int number) => string.Create(CultureInfo.InvariantCulture, $"{bundle}.{number:000}");

    /// <summary>The number at a name's end; null where there is none.</summary>
    public static int? NumberOf(string path) =>
        Path.GetExtension(path) is { Length: > 3 } end
        && int.TryParse(end.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is >= 1 and <= BundleLimits.MostVolumes
        && end == PathOf("", number)
            ? number
            : null;

    /// <summary>What lies beside a bundle as a volume of it would be called, by number.</summary>
    public static SortedDictionary<int, string> Beside(string bundle)
    {
        SortedDictionary<int, string> found = [];
        string folder = Path.GetDirectoryName(bundle)!;
        if (!Directory.Exists(folder))
            return found;
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            if (path.StartsWith(bundle + ".", StringComparison.Ordinal) && NumberOf(path) is { } number && path == PathOf(bundle, number))
                found[number] = path;
        }

        return found;
    }
}
