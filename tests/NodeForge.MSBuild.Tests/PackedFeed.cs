using System.Diagnostics;
using NodeForge.TestSupport.Golden;

namespace NodeForge.MSBuild.Tests;

/// <summary>The package, packed once into a feed of its own, and a project that was restored from it into an empty NuGet cache. Tests work
/// on copies of that project.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif
    public const string Version = "0.0.1-test";
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <Import Project="settings.props" Condition="Exists('settings.props')" />
          <PropertyGroup>
            <TargetFramework Condition="'$(TargetFrameworks)' == ''">net10.0</TargetFramework>
            <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
            <GenerateAssemblyInfo>false</GenerateAssemblyInfo>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="NodeForge.MSBuild" Version="0.0.1-test" PrivateAssets="all" />
          </ItemGroup>
          <Import Project="items.props" Condition="Exists('items.props')" />
        </Project>
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-feed-").FullName;

    /// <summary>An empty NuGet cache at first, and the package afterwards.</summary>
    public string Packages => Path.Combine(folder, "packages");

    /// <summary>The restored project's folder.</summary>
    public string Template => Path.Combine(folder, "template");

    public string Home => Path.Combine(folder, "home");

    public string Package => Path.Combine(folder, "feed", $"NodeForge.MSBuild.{Version}.nupkg");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Home);
        Directory.CreateDirectory(Template);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "NuGet.config"),
            """
            <configuration>
              <packageSources><clear /><add key="here" value="feed" /></packageSources>
            </configuration>
            """
        );
        await File.WriteAllTextAsync(Path.Combine(Template, "app.csproj"), Project);
        await PackAsync("src/NodeForge.MSBuild", Version);
        DotnetRun restored = await DotnetRun.StartAsync(
            this,
            Template,
            ownPackages: true,
            ["restore", "-nr:false", "-p:RestoreIgnoreFailedSources=false"]
        );
        Assert.True(restored.Succeeded, restored.Output);
    }

    /// <summary>Puts a project's package into the feed, as it was built before.</summary>
    /// <param name="arguments">More of MSBuild's.</param>
    internal Task PackAsync(string project, string version, params string[] arguments) =>
        PackAsync(project, version, ["--no-build", .. arguments], DotnetRun.Usually);

    /// <summary>Builds a project alone for one kind of machine, from libraries that were built before, and puts its package into the
    /// feed.</summary>
    internal Task BuildAndPackAsync(string project, string version, params string[] arguments) =>
        PackAsync(project, version, arguments, TimeSpan.FromMinutes(20));

    private async Task PackAsync(string project, string version, string[] arguments, TimeSpan atMost)
    {
        using Process packing = DotnetRun.Begin(
            this,
            GoldenFile.Repository,
            ownPackages: false,
            [
                "pack",
                project,
                "--configuration",
                Configuration,
                "--output",
                Path.Combine(folder, "feed"),
                $"-p:Version={version}",
                "-p:BuildProjectReferences=false",
                "-nr:false",
                .. arguments,
            ]
        );
        DotnetRun packed = await DotnetRun.FinishAsync(packing, atMost: atMost);
        Assert.True(packed.Succeeded, packed.Output);
    }

    /// <summary>Calls dotnet as a user whose only source of packages is the feed.</summary>
    internal Task<DotnetRun> RunAsync(params string[] arguments) => DotnetRun.StartAsync(this, folder, ownPackages: true, arguments);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
