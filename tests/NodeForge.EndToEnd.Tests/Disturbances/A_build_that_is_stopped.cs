using System.Diagnostics;
using System.Globalization;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Disturbances;

/// <summary>Ctrl-C, SIGKILL and a second build at the same time, all while packages are being configured.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class A_build_that_is_stopped
{
    /// <summary>What is left is what a build that never began leaves, so that the next one has nothing to go on from.</summary>
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task By_a_signal_says_so_and_leaves_no_process_no_mount_no_scratch_and_no_result(string signal, int exit)
    {
        using BaseBuild build = await BaseBuild.PrepareAsync();
        using Process process = await build.StartUntilPackagesAreConfiguredAsync();
        await ProgramRun.OutputAsync("kill", "-" + signal, process.Id.ToString(CultureInfo.InvariantCulture));
        Task<string> said = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(process.ExitCode == exit, $"it returned {process.ExitCode}: {await said}");
        Assert.Contains("stopping and cleaning up", await said, StringComparison.Ordinal);
        Assert.Equal([], build.ProcessesLeft());
        Assert.Equal([], build.MountsLeft());
        Assert.Equal([], Directory.EnumerateFileSystemEntries(build.Scratch));
        Assert.Equal([], Directory.EnumerateFiles(build.Actions).Where(static file => Path.GetExtension(file).Length == 0));
    }

    [Fact]
    public async Task By_SIGKILL_is_finished_by_the_next_two_at_once_which_agree_with_one_that_nobody_stopped()
    {
        using BaseBuild build = await BaseBuild.PrepareAsync();
        using (Process process = await build.StartUntilPackagesAreConfiguredAsync())
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        ProgramRun[] both = await Task.WhenAll(build.RunAsync(), build.RunAsync());
        await build.WaitUntilNothingRunsAsync();
        string expected = (await build.UndisturbedAsync()).ImageId;
        Assert.Equal([expected, expected], both.Select(static run => BuiltProduct.Read(run.Succeeded().Output).ImageId));
    }
}
