namespace NodeForge.Recipes.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class RepositoryRoot
{
    public static string Folder { get; } = Find(AppContext.BaseDirectory);

    public static string Fixtures { get; } = Path.Combine(Folder, "tests", "NodeForge.Recipes.Tests", "Fixtures");

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "NodeForge.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests run outside of a checkout."));
}
