using System.Diagnostics;

namespace NodeForge.MSBuild.Tests;

/// <summary>A project with a tiny recipe that needs neither network nor root, and what MSBuild makes of it.</summary>
internal sealed class ImageProject : IDisposable
{
    public const string Container = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: ContainerImage
        name: one
        platforms: [linux/amd64, linux/arm64]
        tags: ["registry.test/one:1"]
        files:
          - {tree: tree, path: /}
          - {path: /etc/one, content: "1"}

        """;

    private readonly PackedFeed feed;

    public ImageProject(
        PackedFeed feed,
        string items = """<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" />""",
        string settings = ""
    )
    {
        this.feed = feed;
        Folder = Path.Combine(Root, "app");
        Copy(feed, Folder);
        Write("tree/etc/motd", "hello\n");
        Write("one.yaml", Container);
        Items(items);
        if (settings.Length > 0)
            Write("settings.props", $"<Project><PropertyGroup>{settings}</PropertyGroup></Project>");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("nodeforge-project-").FullName;

    public string Folder { get; }

    public string Artefact => PathOf("bin/nodeforge/one-linux-amd64.oci.tar");

    public string Cache => Path.Combine(Root, "cache");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Another project of the same kind beside this one.</summary>
    public string Beside(string name, string items)
    {
        string folder = Path.Combine(Root, name);
        Copy(feed, folder);
        File.WriteAllText(Path.Combine(folder, "items.props"), $"<Project><ItemGroup>{items}</ItemGroup></Project>");
        return folder;
    }

    public string PathOf(string path) => Path.Combine(Folder, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    public void Items(string items) => Write("items.props", $"<Project><ItemGroup>{items}</ItemGroup></Project>");

    /// <summary>Runs targets of the project.</summary>
    /// <param name="targets">With semicolons between them.</param>
    /// <param name="arguments">More of MSBuild's.</param>
    public Task<DotnetRun> RunAsync(string targets, params string[] arguments) =>
        DotnetRun.FinishAsync(Begin(Folder, ["-t:" + targets, .. arguments]));

    public Process Begin(string folder, params string[] arguments) =>
        DotnetRun.Begin(
            feed,
            folder,
            ownPackages: true,
            ["msbuild", "-nologo", "-v:n", "-nr:false", .. arguments],
            ("NODEFORGE_CACHE", Cache)
        );

    public Task<DotnetRun> BuildAsync(params string[] arguments) => RunAsync("NodeForgeBuildImages", arguments);

    public async Task<DotnetRun> LockAndBuildAsync()
    {
        DotnetRun run = await RunAsync("NodeForgeLock;NodeForgeBuildImages");
        Assert.True(run.Succeeded, run.Output);
        return run;
    }

    private static void Copy(PackedFeed feed, string folder)
    {
        foreach (string file in Directory.GetFiles(feed.Template, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(feed.Template, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllText(target, File.ReadAllText(file).Replace(feed.Template, folder, StringComparison.Ordinal));
        }
    }
}
