namespace NodeForge.Benchmarks;

/// <summary>Where the sources are: the folder of NodeForge.sln over the program.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NodeForge.sln")))
                return folder.FullName;
        }

        throw new BenchmarkException("the program does not lie in NodeForge's source tree");
    }
}
