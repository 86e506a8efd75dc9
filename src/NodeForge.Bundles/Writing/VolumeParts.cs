using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Writing;

/// <summary>What volumes are called while they are written: hidden, beside their places. The first one's lock tells the living from what a
/// killed process left.</summary>
/// <remarks>A lock, not the process id in the name: two containers that share a folder do not see each other's processes.</remarks>
internal sealed partial class VolumeParts(string target)
{
    private const string Suffix = ".part";
    private readonly string first = AtomicFile.TemporaryOf(target);

    /// <param name="number">From 1.</param>
    public string Of(int number) => number == 1 ? first : VolumeNames.PathOf(first[..^Suffix.Length], number) + Suffix;

    /// <summary>Removes what killed processes left of a bundle of this name; what somebody writes stays.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The lock of each bundle is disposed of at the end of its turn.")]
    public static void Sweep(string target)
    {
        string folder = Path.GetDirectoryName(target)!;
        string begin = $".{Path.GetFileName(target)}.";
        if (!Directory.Exists(folder))
            return;
        IEnumerable<(string Path, string First)> parts = Directory
            .EnumerateFiles(folder, begin.Replace("*", "?", StringComparison.Ordinal) + "*" + Suffix)
            .Select(path => (Path: path, Match: Name().Match(Path.GetFileName(path))))
            .Where(part => part.Match.Success && part.Match.Groups["target"].Value == begin)
            .Select(part => (part.Path, First: Path.Combine(folder, begin + part.Match.Groups["who"].Value + Suffix)));
        foreach (IGrouping<string, (string Path, string First)> bundle in parts.ToArray().GroupBy(part => part.First))
        {
            using FileStream? free = TryLock(bundle.Key);
            if (free is not null || !File.Exists(bundle.Key))
                foreach ((string path, _) in bundle.OrderByDescending(part => part.Path.Length))
                    AtomicFile.Discard(path);
        }
    }

    // FileShare.None is flock(2) with LOCK_EX.
    private static FileStream? TryLock(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // As AtomicFile.TemporaryOf makes it, with a volume's number from the second one on.
    [GeneratedRegex(@"^(?<target>\..+\.)(?<who>\d+-[a-z0-9]{8}\.[a-z0-9]{3})(\.\d{3,4})?\.part$", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
