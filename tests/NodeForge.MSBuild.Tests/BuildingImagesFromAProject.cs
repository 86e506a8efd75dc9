using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using NodeForge.Images;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.MSBuild.Tests;

/// <summary>Real projects, restored from the packed package, built by the MSBuild of this machine.</summary>
public sealed class BuildingImagesFromAProject(PackedFeed feed) : IClassFixture<PackedFeed>
{
    private const string Made = "one -> ";
    private const string Skipped = "Skipping target \"_NodeForgeBuildImage\" because all output files are up-to-date";
    private const string Same = "was made from the same";

    [Fact]
    public async Task The_package_carries_its_dependencies_beside_the_tasks_and_none_of_MSBuild()
    {
        using ZipArchive package = await ZipFile.OpenReadAsync(feed.Package);
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        foreach (
            string wanted in (string[])
                [
                    "build/NodeForge.MSBuild.props",
                    "build/NodeForge.MSBuild.targets",
                    "buildMultiTargeting/NodeForge.MSBuild.targets",
                    "tasks/net10.0/NodeForge.MSBuild.dll",
                    "tasks/net10.0/NodeForge.MSBuild.deps.json",
                    "tasks/net10.0/NodeForge.dll",
                    "tasks/net10.0/YamlDotNet.dll",
                ]
        )
            Assert.Contains(wanted, files);
        Assert.DoesNotContain(
            files,
            file => file.Contains("Microsoft.Build", StringComparison.Ordinal) || file.StartsWith("lib/", StringComparison.Ordinal)
        );
        using StreamReader nuspec = new(await package.GetEntry("NodeForge.MSBuild.nuspec")!.OpenAsync());
        string text = await nuspec.ReadToEndAsync();
        Assert.Contains("<developmentDependency>true</developmentDependency>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<dependency ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_build_does_nothing_and_a_changed_input_builds_what_depends_on_it()
    {
        using ImageProject project = new(
            feed,
            """
            <NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" />
            <NodeForgeRecipe Include="two.yaml" Platforms="linux/amd64" />
            """
        );
        project.Write(
            "two.yaml",
            ImageProject
                .Container.Replace("tree: tree", "tree: other", StringComparison.Ordinal)
                .Replace("one", "two", StringComparison.Ordinal)
        );
        project.Write("other/etc/issue", "welcome\n");
        DotnetRun first = await project.LockAndBuildAsync();
        Assert.Equal(
            (1, 1),
            (Count(first, Made + project.Artefact), Count(first, "two -> " + project.PathOf("bin/nodeforge/two-linux-amd64.oci.tar")))
        );
        byte[] before = await File.ReadAllBytesAsync(project.Artefact);

        DotnetRun second = await project.BuildAsync();
        Assert.Equal((0, 0, 2), (Count(second, Made), Count(second, "two -> "), Count(second, Skipped)));

        File.SetLastWriteTimeUtc(project.PathOf("tree/etc/motd"), DateTime.UtcNow.AddMinutes(-5));
        DotnetRun touched = await project.BuildAsync();
        Assert.Equal((0, 1, 1), (Count(touched, Made), Count(touched, Same), Count(touched, Skipped)));
        Assert.Equal(2, Count(await project.BuildAsync(), Skipped));
        Assert.Equal(before, await File.ReadAllBytesAsync(project.Artefact));

        project.Write("tree/etc/motd", "hello again\n");
        DotnetRun changed = await project.RunAsync("NodeForgeLock;NodeForgeBuildImages");
        Assert.True(changed.Succeeded, changed.Output);
        Assert.Equal((1, 1), (Count(changed, Made + project.Artefact), Count(changed, Skipped)));
        Assert.NotEqual(before, await File.ReadAllBytesAsync(project.Artefact));
    }

    [Fact]
    public async Task The_binary_log_of_a_build_that_changed_nothing_has_no_task_that_makes_an_image()
    {
        const string task = "Task \"NodeForge.MSBuild.BuildImage\"";
        using ImageProject project = new(feed);
        Assert.True((await project.RunAsync("NodeForgeLock;NodeForgeBuildImages", "-bl:first.binlog")).Succeeded);
        Assert.True((await project.BuildAsync("-bl:second.binlog")).Succeeded);
        DotnetRun first = await ReplayAsync("first.binlog");
        DotnetRun second = await ReplayAsync("second.binlog");
        Assert.Equal((1, 0), (Count(first, task), Count(first, Skipped)));
        Assert.Equal((0, 1), (Count(second, task), Count(second, Skipped)));

        // MSBuild reads its own binary logs, and tells them as text.
        async Task<DotnetRun> ReplayAsync(string log)
        {
            DotnetRun told = await DotnetRun.FinishAsync(project.Begin(project.Folder, log, "-v:d"));
            return told.Succeeded ? told : throw new InvalidOperationException(told.Output);
        }
    }

    [Fact]
    public async Task A_changed_lock_or_argument_builds_again_and_so_does_an_artefact_that_somebody_replaced()
    {
        using ImageProject project = new(feed);
        await project.LockAndBuildAsync();
        byte[] before = await File.ReadAllBytesAsync(project.Artefact);

        DotnetRun compressed = await project.BuildAsync("-p:NodeForgeCompression=gzip");
        Assert.Equal(1, Count(compressed, Made));
        Assert.NotEqual(before, await File.ReadAllBytesAsync(project.Artefact));
        Assert.Equal(1, Count(await project.BuildAsync(), Made));
        Assert.Equal(before, await File.ReadAllBytesAsync(project.Artefact));

        string locked = await File.ReadAllTextAsync(project.PathOf("one.lock.json"));
        await File.WriteAllTextAsync(project.PathOf("one.lock.json"), locked + "\n");
        Assert.Equal(1, Count(await project.BuildAsync(), Made));

        await File.WriteAllTextAsync(project.Artefact, "something else");
        Assert.Equal(1, Count(await project.BuildAsync(), Made));
        Assert.Equal(before, await File.ReadAllBytesAsync(project.Artefact));
    }

    [Fact]
    public async Task An_error_is_told_with_file_line_column_and_code_and_those_of_all_recipes_at_once()
    {
        using ImageProject project = new(feed, """<NodeForgeRecipe Include="one.yaml;two.yaml" />""");
        project.Write("one.yaml", ImageProject.Container.Replace("files:", "fils:", StringComparison.Ordinal));
        project.Write("two.yaml", "kind: ContainerImage\n");
        DotnetRun run = await project.BuildAsync();
        Assert.False(run.Succeeded);
        Assert.Contains(project.PathOf("one.yaml") + "(6,1): error NF1", run.Output, StringComparison.Ordinal);
        Assert.Contains(project.PathOf("two.yaml") + "(", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_never_locks_and_a_missing_lock_is_told_at_the_recipe()
    {
        using ImageProject project = new(feed);
        DotnetRun run = await project.BuildAsync();
        Assert.Contains(project.PathOf("one.yaml") + " : error NF2001: ", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.PathOf("one.lock.json")));
    }

    [Fact]
    public async Task Clean_removes_what_was_made_also_of_items_that_are_gone_and_leaves_the_sources()
    {
        using ImageProject project = new(
            feed,
            """<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" /><NodeForgeRecipe Include="one.yaml" Platforms="linux/arm64" Format="oci" />"""
        );
        await project.LockAndBuildAsync();
        Assert.True(File.Exists(project.PathOf("bin/nodeforge/one-linux-arm64.oci/index.json")));
        project.Items("""<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" />""");
        DotnetRun run = await project.RunAsync("NodeForgeClean");
        Assert.True(run.Succeeded, run.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(project.PathOf("bin/nodeforge")));
        Assert.True(File.Exists(project.PathOf("one.yaml")) && File.Exists(project.PathOf("one.lock.json")));
    }

    [Fact]
    public async Task Two_platforms_have_a_place_each_and_two_images_in_one_place_are_refused()
    {
        using ImageProject project = new(
            feed,
            """<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" /><NodeForgeRecipe Include="one.yaml" Platforms="linux/arm64" />"""
        );
        await project.LockAndBuildAsync();
        foreach (string architecture in (string[])["amd64", "arm64"])
        {
            OciArchive archive = OciArchive.Open(project.PathOf($"bin/nodeforge/one-linux-{architecture}.oci.tar"), CancellationToken.None);
            IReadOnlyList<Image> images = await archive.OpenAllAsync(
                await archive.FindAsync(null, CancellationToken.None),
                CancellationToken.None
            );
            Assert.Equal(architecture, Assert.Single(images).Platform.Architecture);
        }

        project.Items(
            """<NodeForgeRecipe Include="one.yaml" Destination="bin/x.tar" Platforms="linux/amd64" /><NodeForgeRecipe Include="one.yaml" Destination="bin/x.tar" Platforms="linux/arm64" />"""
        );
        DotnetRun run = await project.BuildAsync();
        Assert.Contains("error NF9201: ", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(project.PathOf("bin/x.tar")));
    }

    [Fact]
    public async Task A_plain_build_makes_no_image_unless_it_is_asked_to_and_a_design_time_build_never()
    {
        using ImageProject project = new(
            feed,
            settings: "<NodeForgeBuildOnBuild Condition=\"'$(Ask)' == 'true'\">true</NodeForgeBuildOnBuild>"
        );
        await project.RunAsync("NodeForgeLock");
        Assert.Equal(0, Count(await project.RunAsync("Build"), Made));
        Assert.Equal(0, Count(await project.RunAsync("Build", "-p:Ask=true", "-p:DesignTimeBuild=true"), Made));
        DotnetRun asked = await project.RunAsync("Build", "-p:Ask=true");
        Assert.True(asked.Succeeded, asked.Output);
        Assert.Equal(1, Count(asked, Made));
    }

    [Fact]
    public async Task A_project_of_several_frameworks_makes_its_image_once()
    {
        using ImageProject project = new(
            feed,
            settings: "<TargetFrameworks>net10.0</TargetFrameworks><NodeForgeBuildOnBuild>true</NodeForgeBuildOnBuild>"
        );
        DotnetRun run = await project.RunAsync("NodeForgeLock;Build", "-restore");
        Assert.True(run.Succeeded, run.Output);
        Assert.Equal((1, 0, 0), (Count(run, Made + project.Artefact), Count(run, Skipped), Count(run, Same)));
    }

    [Theory]
    [InlineData("-m:2")]
    [InlineData("-mt")]
    public async Task Projects_that_share_an_image_build_it_once_and_their_folders_do_not_mix(string how)
    {
        const string Shared = """<NodeForgeRecipe Include="../app/one.yaml" Destination="../shared/one.tar" Platforms="linux/amd64" />""";
        using ImageProject project = new(feed, Shared);
        await project.RunAsync("NodeForgeLock");
        string other = project.Beside("other", Shared + """<NodeForgeRecipe Include="own.yaml" Platforms="linux/amd64" />""");
        await File.WriteAllTextAsync(
            Path.Combine(other, "own.yaml"),
            ImageProject.Container.Replace("  - {tree: tree, path: /}\n", "", StringComparison.Ordinal)
        );
        await File.WriteAllTextAsync(
            Path.Combine(project.Root, "both.proj"),
            """
            <Project>
              <Target Name="Both">
                <MSBuild Projects="other/app.csproj" Targets="NodeForgeLock" />
                <MSBuild Projects="app/app.csproj;other/app.csproj" Targets="NodeForgeBuildImages" BuildInParallel="true" />
              </Target>
            </Project>
            """
        );
        DotnetRun run = await DotnetRun.FinishAsync(project.Begin(project.Root, "both.proj", how));
        Assert.True(run.Succeeded, run.Output);
        Assert.Equal(1, Count(run, Made + Path.Combine(project.Root, "shared/one.tar")));
        Assert.True(File.Exists(Path.Combine(other, "bin/nodeforge/own-linux-amd64.oci.tar")));
    }

    [Fact]
    public async Task A_cancelled_build_leaves_the_artefact_that_was_there()
    {
        using ImageProject project = new(feed);
        await project.LockAndBuildAsync();
        byte[] before = await File.ReadAllBytesAsync(project.Artefact);
        project.Write("tree/etc/motd", "changed\n");
        await project.RunAsync("NodeForgeLock");
        string held = Path.Combine(project.Cache, "locks", "output-" + Digest.Of(Encoding.UTF8.GetBytes(project.Artefact)).Hex);
        using (await DigestLock.TakeAsync(held, TimeSpan.FromMinutes(1), TimeProvider.System, _ => { }, CancellationToken.None))
        {
            using Process process = project.Begin(project.Folder, "-t:NodeForgeBuildImages");
            DotnetRun run = await DotnetRun.FinishAsync(
                process,
                line =>
                {
                    if (line.Contains("waiting for process", StringComparison.Ordinal))
                        DotnetRun.Stop(process);
                }
            );
            Assert.False(run.Succeeded);
            Assert.DoesNotContain("error NF", run.Output, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(project.Artefact));
        Assert.Equal(1, Count(await project.BuildAsync(), Made));
    }

    [Fact]
    public async Task Nothing_is_fetched_offline_and_what_is_missing_is_named()
    {
        using ImageProject project = new(feed, """<NodeForgeRecipe Include="one.yaml" Platforms="linux/amd64" />""");
        await project.RunAsync("NodeForgeLock");
        DotnetRun run = await project.BuildAsync("-p:NodeForgeOffline=true");
        Assert.True(run.Succeeded, run.Output);
        Assert.Equal(1, Count(run, Made));
    }

    [Theory]
    [InlineData("Format=\"tar\"", "NodeForgeBuildImages", "the format is none that a build writes")]
    [InlineData("Compression=\"lzma\"", "NodeForgeBuildImages", "the compression is none that is known")]
    [InlineData("Parameters=\"v1\"", "NodeForgeBuildImages", "a parameter is no assignment")]
    public async Task Metadata_that_cannot_be_used_is_told_with_what_is_wanted(string metadata, string target, string told)
    {
        using ImageProject project = new(feed, $"""<NodeForgeRecipe Include="one.yaml" {metadata} />""");
        Assert.Contains(
            project.PathOf("one.yaml") + " : error NF9202: " + told,
            (await project.RunAsync(target)).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_MSBuild_that_is_too_old_is_refused_in_one_line()
    {
        using ImageProject project = new(feed);
        DotnetRun run = await project.BuildAsync("-p:NodeForgeMinimumMSBuildVersion=99.0", "-v:q");
        Assert.False(run.Succeeded);
        Assert.Contains(
            project.PathOf("app.csproj") + " : error NF9200: ",
            Assert.Single(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            StringComparison.Ordinal
        );
    }

    private static int Count(DotnetRun run, string text) =>
        run.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
}
