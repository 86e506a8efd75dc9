namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>This source tree and the command line that was compiled from it.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static string NodeRecipe => Path.Combine(Root, "recipes/node/debian-v1.20.2.yaml");

    public static string BaseRecipe => Path.Combine(Root, "recipes/base/bookworm.yaml");

    /// <summary>The lock that this machine's mirror can serve: <c>build/test</c> names it.</summary>
    public static string NodeLock { get; } =
        Environment.GetEnvironmentVariable("NODEFORGE_TEST_LOCK") is { Length: > 0 } named
            ? named
            : Path.ChangeExtension(NodeRecipe, ".lock.json");

    /// <summary>The platform that the tests build for; locks have others too.</summary>
    public const string Platform = "linux/amd64";

    /// <summary>The cache that the command line takes here when nobody says otherwise.</summary>
    public static string Cache { get; } =
        Variable("NODEFORGE_CACHE")
        ?? (
            Variable("XDG_CACHE_HOME") is { } xdg
                ? Path.Combine(xdg, "nodeforge")
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/nodeforge")
        );

    /// <summary>What runs the command line.</summary>
    public static IReadOnlyList<string> NodeForge(params string[] arguments) => ["dotnet", Assembly(), .. arguments];

    private static string Assembly()
    {
        // artifacts/bin/NodeForge.EndToEnd.Tests/CONFIGURATION/
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string path = Path.Combine(Root, "artifacts/bin/NodeForge.Cli", configuration, "NodeForge.Cli.dll");
        Assert.True(File.Exists(path), $"{path} is missing: dotnet build src/NodeForge.Cli --configuration {configuration}");
        return path;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "NodeForge.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no checkout of NodeForge");
    }
}
