using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>A Debian package that is installed.</summary>
/// <param name="Architecture">Debian's word; null where the stanza does not say.</param>
/// <param name="SourceName">The source package, by which security trackers know it.</param>
/// <param name="SourceVersion">Its version, which need not be the package's.</param>
internal sealed record InstalledPackage(string Name, string Version, string? Architecture, string SourceName, string SourceVersion);

/// <summary>Which Debian packages an image has, as dpkg says (dpkg(1), "/var/lib/dpkg/status"; deb-control(5), "Source").</summary>
internal static class PackageStatus
{
    /// <returns>Installed packages with their versions; empty for an image without dpkg.</returns>
    public static IReadOnlyDictionary<string, string> Of(ExaminedImage image) =>
        All(image)
            .GroupBy(static package => package.Name, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Last().Version, StringComparer.Ordinal);

    public static IReadOnlyList<InstalledPackage> All(ExaminedImage image)
    {
        // Beside each package's stanza in status.d lies a list of its files.
        IEnumerable<string?> texts = image
            .Below("var/lib/dpkg/status.d/")
            .Where(static entry => !entry.Header.Path.EndsWith(".md5sums", StringComparison.Ordinal))
            .Select(entry => image.Text(entry.Header.Path));
        return [.. texts.Prepend(image.Text(NodeFiles.PackageStatus)).SelectMany(Read)];
    }

    private static IEnumerable<InstalledPackage> Read(string? text)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (string line in (text + "\n\n").Split('\n'))
        {
            if (line.Trim().Length == 0)
            {
                if (Package(fields) is { } package)
                    yield return package;
                fields.Clear();
            }
            else if (line[0] is not (' ' or '\t') && line.Split(':', 2) is [var name, var value])
                fields[name] = value.Trim();
        }
    }

    private static InstalledPackage? Package(Dictionary<string, string> fields)
    {
        if (
            !fields.TryGetValue("Package", out string? name)
            || !fields.TryGetValue("Version", out string? version)
            || !fields.GetValueOrDefault("Status", "ok installed").EndsWith(" installed", StringComparison.Ordinal)
        )
            return null;
        // NAME, or NAME (VERSION) where that is another one.
        string[] source = fields.GetValueOrDefault("Source", name).Split(' ', 2);
        return new(
            name,
            version,
            fields.GetValueOrDefault("Architecture"),
            source[0],
            source.Length > 1 ? source[1].Trim('(', ')') : version
        );
    }
}
