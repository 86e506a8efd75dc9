using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace NodeForge.MSBuild.Tests;

/// <summary>NodeForge.Tool, as users get it.</summary>
public sealed class InstallingTheTool(PackedFeed feed) : IClassFixture<PackedFeed>
{
    private const string Cli = "src/NodeForge.Cli";

    [Fact]
    public async Task The_tool_is_installed_from_its_package_and_runs()
    {
        string version = PackedFeed.Version + ".1";
        await feed.PackAsync(Cli, version);
        Assert.StartsWith("nodeforge ", await InstallAsync(version), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_native_code_of_its_own_gets_the_portable_package_by_install_and_by_dnx()
    {
        string version = PackedFeed.Version + ".2";
        await feed.PackAsync(Cli, version, "-p:NativeRuntimes=linux-riscv64");
        await feed.PackAsync(Cli, version, "-p:PortableTool=true");
        Assert.StartsWith("nodeforge ", await InstallAsync(version), StringComparison.Ordinal);
        Assert.Equal("dotnet", Runner("any", version));
        DotnetRun run = await feed.RunAsync("dnx", "NodeForge.Tool@" + version, "--yes", "version");
        Assert.True(run.Succeeded, run.Output);
        Assert.Contains("nodeforge ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Long")] // The native compiler takes minutes.
    public async Task A_machine_with_native_code_of_its_own_gets_one_file_that_needs_no_runtime()
    {
        string version = PackedFeed.Version + ".3",
            runtime = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        await feed.PackAsync(Cli, version, "-p:NativeRuntimes=" + runtime);
        await feed.BuildAndPackAsync(Cli, version, "-p:RuntimeIdentifier=" + runtime, "-p:PublishAot=true");
        Assert.StartsWith("nodeforge ", await InstallAsync(version), StringComparison.Ordinal);
        Assert.Equal("executable", Runner(runtime, version));
        using ZipArchive package = Package(runtime, version);
        Assert.Equal(
            [$"tools/any/{runtime}/DotnetToolSettings.xml", $"tools/any/{runtime}/NodeForge.Cli"],
            package
                .Entries.Select(entry => entry.FullName)
                .Where(name => name.StartsWith("tools/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );
    }

    /// <returns>What the installed tool prints of itself.</returns>
    private async Task<string> InstallAsync(string version)
    {
        string folder = Directory.CreateTempSubdirectory("nodeforge-tool-").FullName;
        try
        {
            DotnetRun installed = await feed.RunAsync("tool", "install", "NodeForge.Tool", "--version", version, "--tool-path", folder);
            Assert.True(installed.Succeeded, installed.Output);
            ProcessStartInfo start = new(Path.Combine(folder, "nodeforge"), ["version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process tool = Process.Start(start)!;
            return (await DotnetRun.FinishAsync(tool)).Output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string? Runner(string runtime, string version)
    {
        using ZipArchive package = Package(runtime, version);
        ZipArchiveEntry settings = package.Entries.Single(entry => entry.Name == "DotnetToolSettings.xml");
        using Stream text = settings.Open();
        return XDocument.Load(text).Descendants("Command").Single().Attribute("Runner")?.Value;
    }

    private ZipArchive Package(string runtime, string version) =>
        ZipFile.OpenRead(Path.Combine(Path.GetDirectoryName(feed.Package)!, $"NodeForge.Tool.{runtime}.{version}.nupkg"));
}
