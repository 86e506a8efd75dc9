using System.Diagnostics;
using System.Text.Json;
using NodeForge.Oci;
using NodeForge.TestSupport.Golden;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Cli.Tests;

public sealed class RunningCommands
{
    [Fact]
    public async Task A_plan_reads_as_it_should_and_lists_every_file_of_this_machine()
    {
        using CommandRoom room = new();
        await room.LockAsync("node.yaml");
        CommandRun run = await room.RunAsync("plan", room["node.yaml"]);
        Assert.Equal(("", 0), (run.Error, run.Exit));
        Assert.Equal(GoldenFile.Expect("tests/NodeForge.Cli.Tests/Golden/plan.txt", run.Out), run.Out);
        Assert.EndsWith("files of this machine\n  app.yaml\n  node.yaml\n  tree/etc/motd\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_working_folder_that_is_gone_hinders_only_what_needs_one()
    {
        using CommandRoom room = new();
        Directory.CreateDirectory(room["gone"]);
        ProcessStartInfo start = new("sh")
        {
            WorkingDirectory = room["gone"],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["-c", "rmdir ../gone && exec dotnet exec \"$0\" version", OwnProcess.Program])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await errors));
        Assert.StartsWith("nodeforge ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_is_one_document()
    {
        using CommandRoom room = new();
        await room.LockAsync("node.yaml");
        CommandRun run = await room.RunAsync("plan", room["node.yaml"], "-o", "json");
        Assert.Equal(GoldenFile.Expect("tests/NodeForge.Cli.Tests/Golden/plan.json", run.Out), run.Out);
        Assert.Equal("node-v1.20.2", JsonDocument.Parse(run.Out).RootElement.GetProperty("plans")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("create", "Bug_X")]
    [InlineData("create", "../x")]
    [InlineData("delete", "../x")]
    [InlineData("stop", "a/b")]
    public async Task A_name_that_no_cluster_can_have_is_told_before_an_engine_is_asked(string verb, string name)
    {
        using CommandRoom room = new();
        CommandRun run = await room.RunAsync(verb, "cluster", "--name", name);
        Assert.Equal(2, run.Exit);
        Assert.Contains("NF8017", run.Error, StringComparison.Ordinal);
        Assert.Contains(name, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_s_name_is_the_option_s_then_the_environment_s_then_the_file_s()
    {
        using CommandRoom room = new();
        room.Write("cluster.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: lab\n");
        Environment.SetEnvironmentVariable("KIND_CLUSTER_NAME", "Of_Environment");
        try
        {
            Assert.Contains(
                "Of_Environment",
                (await room.RunAsync("create", "cluster", "--config", room["cluster.yaml"])).Error,
                StringComparison.Ordinal
            );
            Assert.Contains(
                "Of_Option",
                (await room.RunAsync("create", "cluster", "--config", room["cluster.yaml"], "--name", "Of_Option")).Error,
                StringComparison.Ordinal
            );
        }
        finally
        {
            Environment.SetEnvironmentVariable("KIND_CLUSTER_NAME", null);
        }
    }

    [Fact]
    public async Task A_parameter_that_is_set_takes_effect()
    {
        using CommandRoom room = new();
        await room.LockAsync("node.yaml", new Dictionary<string, string> { ["version"] = "v1.21.0" });
        Assert.Contains(
            "node-v1.21.0",
            (await room.RunAsync("plan", room["node.yaml"], "--set", "version=v1.21.0")).Out,
            StringComparison.Ordinal
        );
        Assert.Equal(3, (await room.RunAsync("plan", room["node.yaml"])).Exit); // the lock is of the other value
    }

    [Fact]
    public async Task A_changed_local_file_makes_the_lock_stale()
    {
        using CommandRoom room = new();
        await room.LockAsync("app.yaml");
        room.Write("tree/etc/motd", "changed");
        CommandRun run = await room.RunAsync("plan", room["app.yaml"]);
        Assert.Equal(3, run.Exit);
        Assert.Contains("NF2002", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_that_would_move_is_an_error_for_each_change_in_text_and_as_a_document()
    {
        using CommandRoom room = new();
        await room.LockAsync("app.yaml");
        Assert.Equal(0, (await room.RunAsync("lock", room["app.yaml"])).Exit);
        Assert.Equal(0, (await room.RunAsync("lock", room["app.yaml"], "--check")).Exit);
        byte[] before = File.ReadAllBytes(room["app.lock.json"]);
        room.Write("tree/etc/motd", "changed");

        CommandRun text = await room.RunAsync("lock", room["app.yaml"], "--check");
        CommandRun json = await room.RunAsync("lock", room["app.yaml"], "--check", "-o", "json");

        Assert.Equal((3, ""), (text.Exit, text.Out));
        Assert.Contains("NF2006", text.Error, StringComparison.Ordinal);
        Assert.Equal(3, json.Exit);
        Assert.All(
            JsonDocument.Parse(json.Out).RootElement.GetProperty("errors").EnumerateArray(),
            error => Assert.Equal("NF2006", error.GetProperty("code").GetString())
        );
        Assert.Equal(before, File.ReadAllBytes(room["app.lock.json"]));
    }

    [Fact]
    public async Task A_lock_to_be_checked_that_is_not_there_is_an_error()
    {
        using CommandRoom room = new();
        CommandRun run = await room.RunAsync("lock", room["app.yaml"], "--check");
        Assert.Equal(2, run.Exit);
        Assert.Contains("NF2001", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_for_a_platform_that_the_recipe_is_not_for_is_refused()
    {
        using CommandRoom room = new();
        CommandRun run = await room.RunAsync("lock", room["app.yaml"], "--platform", "linux/s390x");
        Assert.Equal(2, run.Exit);
        Assert.False(File.Exists(room["app.lock.json"]));
    }

    [Fact]
    public async Task A_container_image_is_built_and_told_by_its_id()
    {
        using CommandRoom room = new();
        await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync("build", "container-image", room["app.yaml"], "--output", "oci:" + room["out"], "--offline");
        Assert.True(run.Exit == 0, run.Error);
        Assert.StartsWith("sha256:", run.Out, StringComparison.Ordinal);
        Assert.EndsWith($"-> oci:{room["out"]}\n", run.Out, StringComparison.Ordinal);
        Assert.Contains(" ✓ layer app ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.Empty(Directory.Exists(room["cache/scratch"]) ? Directory.EnumerateFileSystemEntries(room["cache/scratch"]) : []);
        Assert.Contains(run.Out[..71], (await room.RunAsync("inspect", "oci:" + room["out"])).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_is_one_document_and_quiet_says_nothing_else()
    {
        using CommandRoom room = new();
        await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync("build", "container-image", room["app.yaml"], "-o", "json", "-q");
        Assert.Equal("", run.Error);
        JsonElement image = JsonDocument.Parse(run.Out).RootElement.GetProperty("images")[0];
        Assert.Equal("linux/amd64", image.GetProperty("platform").GetString());
    }

    [Fact]
    public async Task A_recipe_of_another_kind_is_told_with_the_command_that_makes_it()
    {
        using CommandRoom room = new();
        CommandRun run = await room.RunAsync("build", "node-image", room["app.yaml"]);
        Assert.Equal(2, run.Exit);
        Assert.Contains($"run 'nodeforge build container-image {room["app.yaml"]}'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_has_its_codes_exit_code_and_one_document()
    {
        using CommandRoom room = new();
        CommandRun run = await room.RunAsync("plan", room["app.yaml"], "-o", "json");
        Assert.Equal(2, run.Exit);
        JsonElement error = JsonDocument.Parse(run.Out).RootElement.GetProperty("errors")[0];
        Assert.Equal("NF2001", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_image_is_pushed_to_a_registry_and_told_with_its_digest()
    {
        using CommandRoom room = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        await room.LockAsync("app.yaml");
        string target = $"docker://{registry.Host}/team/app:1";
        CommandRun run = await room.RunAsync(
            "build",
            "container-image",
            room["app.yaml"],
            "--output",
            target,
            "--output",
            "oci:" + room["out"]
        );
        Assert.True(run.Exit == 0, run.Error);
        string digest = Digest.Of(registry.Manifest("team/app", "1")!).ToString();
        Assert.EndsWith($"-> oci:{room["out"]}\n-> {target}@{digest}\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_pushed_offline()
    {
        using CommandRoom room = new();
        await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync(
            "build",
            "container-image",
            room["app.yaml"],
            "--output",
            "docker://example.com/a:1",
            "--offline"
        );
        Assert.Equal(2, run.Exit);
        Assert.Contains("NF5190", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_that_the_recipe_is_not_for_is_refused()
    {
        using CommandRoom room = new();
        await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync("plan", room["app.yaml"], "--platform", "linux/s390x");
        Assert.Equal(2, run.Exit);
        Assert.Contains("linux/amd64", run.Error, StringComparison.Ordinal);
    }

    // containerd's platforms.Parse: what is left out is the machine's.
    [Theory]
    [InlineData("amd64")]
    [InlineData("X86_64")]
    [InlineData("Linux")]
    public async Task Half_a_platform_is_enough(string half)
    {
        using CommandRoom room = new();
        string machine =
            System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64
                ? "linux/arm64"
                : "linux/amd64";
        if (half == "Linux")
            room.Write(
                "app.yaml",
                (await File.ReadAllTextAsync(room["app.yaml"])).Replace("linux/amd64", machine, StringComparison.Ordinal)
            );
        await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync("plan", room["app.yaml"], "--platform", half);
        Assert.True(run.Exit == 0, run.Error);
        Assert.Contains(half == "Linux" ? machine : "linux/amd64", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_colour_is_written_where_none_is_wanted()
    {
        CommandRun run = await CommandRoom.RunAsync(
            terminal: true,
            name =>
                name switch
                {
                    "NO_COLOR" => "1",
                    "CI" => "1",
                    _ => null,
                },
            "plan",
            "/nowhere/recipe.yaml"
        );
        Assert.DoesNotContain("\u001b[31m", run.Error, StringComparison.Ordinal);
        Assert.Contains("/nowhere/recipe.yaml", run.Error, StringComparison.Ordinal);
    }
}
