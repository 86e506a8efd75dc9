using NodeForge.Files;

namespace NodeForge.Documents;

/// <summary>The name that was probably meant, for a path that leads nowhere.</summary>
public static class Nearby
{
    private const int MostNames = 2_000; // a folder with more is not where recipes lie

    /// <returns><c>did you mean …?</c>, or null where nothing is near.</returns>
    public static string? Suggest(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        if (folder is null)
            return null;
        if (LocalPath.KindOf(folder, follow: true) != LocalKind.Folder)
            return $"the folder {folder} does not exist either";
        try
        {
            IEnumerable<string> names = Directory
                .EnumerateFileSystemEntries(folder)
                .Take(MostNames)
                .Select(entry => Path.GetFileName(entry));
            return DidYouMean.Nearest(Path.GetFileName(path), names) is { } name ? $"did you mean {name}?" : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // the missing file is the problem to tell, not this
        }
    }
}
