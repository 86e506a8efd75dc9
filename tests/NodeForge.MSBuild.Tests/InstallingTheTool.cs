using System.Diagnostics;

namespace NodeForge.MSBuild.Tests;

/// <summary>NodeForge.Tool, as users get it.</summary>
public sealed class InstallingTheTool(PackedFeed feed) : IClassFixture<PackedFeed>
{
    [Fact]
    public async Task The_tool_is_installed_from_its_package_and_runs()
    {
        string folder = Directory.CreateTempSubdirectory("nodeforge-tool-").FullName;
        try
        {
            await feed.PackAsync("src/NodeForge.Cli");
            DotnetRun installed = await DotnetRun.StartAsync(
                feed,
                Path.GetDirectoryName(feed.Template)!,
                ownPackages: true,
                ["tool", "install", "NodeForge.Tool", "--version", PackedFeed.Version, "--tool-path", folder]
            );
            Assert.True(installed.Succeeded, installed.Output);
            ProcessStartInfo start = new(Path.Combine(folder, "nodeforge"), ["version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process tool = Process.Start(start)!;
            DotnetRun run = await DotnetRun.FinishAsync(tool);
            Assert.StartsWith("nodeforge ", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
