using System.Globalization;

namespace NodeForge.Containerd.Configuration;

/// <summary>Versions of <c>/etc/containerd/config.toml</c>, and which containerd reads which: each reads all older ones too, and writes its
/// newest.</summary>
public static class ConfigurationVersion
{
    /// <summary>What a file is of that does not say (containerd, RELEASES.md, "Daemon Configuration").</summary>
    public const int Unsaid = 1;

    /// <summary>The newest that this table was written for.</summary>
    public const int Newest = 4;

    /// <summary>The first version whose CRI has its settings in plugins of their own, images apart from containers.</summary>
    public const int FirstSplit = 3;

    /// <summary>The first containerd of each version, newest first.</summary>
    /// <remarks>
    /// 4: <c>ConfigVersion</c> in <c>version/version.go</c> of 2.3, and what <c>containerd config default</c> of 2.3.4 writes. 3:
    /// containerd, docs/cri/config.md,
    /// "Config versions", and docs/containerd-2.0.md. 2: containerd, RELEASES.md, "Daemon Configuration".
    /// </remarks>
    public static IReadOnlyList<(int Major, int Minor, int Version)> Rows { get; } = [(2, 3, 4), (2, 0, 3), (1, 3, 2), (0, 0, 1)];

    /// <summary>The newest version that a containerd reads.</summary>
    public static int ReadBy(int major, int minor) => Rows.First(row => (major, minor).CompareTo((row.Major, row.Minor)) >= 0).Version;

    /// <summary>Major and minor of a version as packages and releases write it: <c>v2.3.4</c>, <c>1.6.20~ds1-1+deb12u1</c>, <c>2.3</c>;
    /// null where the text begins with none.</summary>
    public static (int Major, int Minor)? OfSoftware(string? version)
    {
        string[] parts = (version ?? string.Empty).TrimStart('v').Split('.');
        return parts.Length > 1 && Number(parts[0]) is { } major && Number(parts[1]) is { } minor ? (major, minor) : null;
    }

    private static int? Number(string text)
    {
        string digits = string.Concat(text.TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
