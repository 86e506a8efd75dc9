using System.Diagnostics;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Disturbances;

/// <summary>Ctrl-C, SIGKILL and a second build at the same time, all while packages are being configured.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class A_build_that_is_stopped
{
    [Fact]
    public async Task By_Ctrl_C_ends_with_130_and_leaves_no_process_no_mount_and_no_scratch()
    {
        using BaseBuild build = await BaseBuild.PrepareAsync();
        using Process process = await build.StartUntilPackagesAreConfiguredAsync();
        await ProgramRun.OutputAsync("kill", "-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Task<string> said = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(process.ExitCode == 130, $"it returned {process.ExitCode}: {await said}");
        Assert.Equal([], build.ProcessesLeft());
        Assert.Equal([], build.MountsLeft());
        Assert.Equal([], Directory.EnumerateFileSystemEntries(build.Scratch));
    }

    [Fact]
    public async Task By_SIGTERM_ends_with_143_leaves_nothing_and_the_next_one_gives_the_same_image()
    {
        using BaseBuild build = await BaseBuild.PrepareAsync();
        using (Process process = await build.StartUntilPackagesAreConfiguredAsync())
        {
            await ProgramRun.OutputAsync("kill", "-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Task<string> said = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(process.ExitCode == 143, $"it returned {process.ExitCode}: {await said}");
            Assert.Contains("stopping and cleaning up", await said, StringComparison.Ordinal);
        }

        Assert.Equal([], build.ProcessesLeft());
        Assert.Equal([], build.MountsLeft());
        Assert.Equal([], Directory.EnumerateFileSystemEntries(build.Scratch));
        Assert.Equal((await build.UndisturbedAsync()).ImageId, BuiltProduct.Read((await build.RunAsync()).Succeeded().Output).ImageId);
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
