using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Which Debian packages an image has, as dpkg says (dpkg(1), "/var/lib/dpkg/status").</summary>
internal static class PackageStatus
{
    /// <returns>Installed packages with their versions; empty for an image without dpkg.</returns>
    public static IReadOnlyDictionary<string, string> Of(ExaminedImage image)
    {
        Dictionary<string, string> packages = new(StringComparer.Ordinal);
        Read(image.Text(NodeFiles.PackageStatus), packages);
        foreach (var entry in image.Below("var/lib/dpkg/status.d/"))
        {
            // Beside each package's stanza lies a list of its files.
            if (!entry.Header.Path.EndsWith(".md5sums", StringComparison.Ordinal))
                Read(image.Text(entry.Header.Path), packages);
        }

        return packages;
    }

    private static void Read(string? text, Dictionary<string, string> packages)
    {
        string? name = null;
        string? version = null;
        bool installed = true;
        foreach (string line in (text + "\n\n").Split('\n'))
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal))
                name = line[9..].Trim();
            else if (line.StartsWith("Version: ", StringComparison.Ordinal))
                version = line[9..].Trim();
            else if (line.StartsWith("Status: ", StringComparison.Ordinal))
                installed = line.EndsWith(" installed", StringComparison.Ordinal);
            else if (line.Trim().Length == 0)
            {
                if (name is not null && version is not null && installed)
                    packages[name] = version;
                (name, version, installed) = (null, null, true);
            }
        }
    }
}
