using System.Runtime.CompilerServices;

namespace NodeForge.TestSupport.Golden;

/// <summary>A file in the repository that holds what people read, compared to the letter. UPDATE_GOLDEN=1 writes it anew, for review in the
/// diff.</summary>
public static class GoldenFile
{
    /// <summary>The repository's root, found from where this source was compiled.</summary>
    public static string Repository { get; } = FindRepository();

    /// <param name="path">From the repository's root.</param>
    /// <param name="actual">What it must hold.</param>
    /// <returns>What it holds; equal to <paramref name="actual"/> after an update.</returns>
    public static string Expect(string path, string actual)
    {
        string file = Path.Combine(Repository, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        return File.Exists(file) ? File.ReadAllText(file) : $"{path} is missing; run the test with UPDATE_GOLDEN=1";
    }

    private static string FindRepository([CallerFilePath] string source = "")
    {
        // Deterministic builds map source paths; the test's own folder is inside the repository all the same.
        foreach (string start in (string[])[source, AppContext.BaseDirectory])
        {
            for (DirectoryInfo? folder = new FileInfo(start).Directory; folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "NodeForge.sln")))
                    return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
