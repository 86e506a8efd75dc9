using System.Reflection;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Tests;

/// <summary>Each library's public API stands beside it, in <c>PublicApi.txt</c>: what others build on does not change unseen.</summary>
public sealed class PublicApiFiles
{
    public static TheoryData<string> Libraries =>
        [
            .. Directory
                .GetFiles(Path.Combine(GoldenFile.Repository, "src"), "*.csproj", SearchOption.AllDirectories)
                .Select(project => Path.GetFileNameWithoutExtension(project))
                .Where(IsALibrary)
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_shows_what_its_file_says(string library)
    {
        string api = PublicApi.Of(Assembly.Load(library));
        Assert.Equal(GoldenFile.Expect($"src/{library}/PublicApi.txt", api), api);
    }

    // Programs show nothing; a library that this project does not stand on is not beside it.
    private static bool IsALibrary(string project) =>
        project != "NodeForge.Cli" && File.Exists(Path.Combine(AppContext.BaseDirectory, project + ".dll"));
}
