using System.Globalization;

namespace NodeForge.Images.Debian.Apt;

/// <summary>The time that an archive says its suite was made.</summary>
internal static class ReleaseDate
{
    /// <summary>The <c>Date:</c> of a Release or InRelease file, in seconds since 1970; null when it has none.</summary>
    public static long? Read(string file)
    {
        string? date = File.ReadLines(file).FirstOrDefault(line => line.StartsWith("Date: ", StringComparison.Ordinal))?[6..].Trim();
        return
            date is not null
            && DateTimeOffset.TryParseExact(
                date.Replace("UTC", "GMT", StringComparison.Ordinal),
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset time
            )
            ? time.ToUnixTimeSeconds()
            : null;
    }
}
