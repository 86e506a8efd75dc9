namespace NodeForge.Images.Locking;

/// <summary>The checksum file that release servers lay beside a file.</summary>
internal static class ChecksumFile
{
    /// <summary>The hash that the text has for a file: alone, or in a line of sha256sum's form; null when it has none.</summary>
    /// <param name="text">The checksum file.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="digits">64 for SHA-256, 128 for SHA-512.</param>
    public static string? Find(string text, string name, int digits)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            bool hash = words[0].Length == digits && words[0].All(char.IsAsciiHexDigit);
            if (hash && (words.Length == 1 || words[1].TrimStart('*').Split('/')[^1] == name))
                return words[0].ToLowerInvariant();
        }

        return null;
    }
}
