using System.Text.Json;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Reading;

namespace NodeForge.Cli.Tests;

/// <summary>A recipe with a stranger's lock beside it, given to the commands.</summary>
public sealed class HostileLocksAtTheCommandLine
{
    private const string Base = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: BaseImage
        name: base
        platforms: [linux/amd64]
        debian: {suite: bookworm, packages: [hello]}
        """;

    private const string Build = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: KubernetesBuild
        name: kubernetes
        platforms: [linux/amd64]
        version: v1.20.2
        source: {debian: {suite: sid, package: kubernetes}}
        toolchain: {debian: {suite: bookworm, packages: [golang]}}
        script: script
        binaries: [kubeadm, kubelet, kubectl]
        """;

    [Fact]
    public async Task A_package_that_is_an_option_of_apt_is_told_by_every_command_and_reaches_no_program()
    {
        using CommandRoom room = new();
        string trace = room["trace"];
        room.Write("base.yaml", Base);
        await LockAsync(
            room,
            "base",
            $$"""[{"name": "-oDPkg::Pre-Invoke::=touch {{trace}}", "version": "1", "architecture": "amd64", "suite": "bookworm", "path": "pool/h.deb", "digest": "{{Digest.Of("d"u8)}}", "size": 1}]""",
            "[]"
        );

        foreach (
            string[] command in (string[][])
                [
                    ["plan"],
                    ["fetch", "--offline"],
                    ["build", "base-image", "--offline"],
                    ["lock"],
                    ["lock", "--check"],
                ]
        )
        {
            CommandRun run = await room.RunAsync([.. command, room["base.yaml"]]);
            Assert.Equal((2, ""), (run.Exit, run.Out));
            Assert.Contains("NF2004", run.Error, StringComparison.Ordinal);
            Assert.Contains("base.lock.json:3:", run.Error, StringComparison.Ordinal);
            Assert.Contains("$.parts[0].packages[0].name", run.Error.ReplaceLineEndings(""), StringComparison.Ordinal);
        }

        Assert.False(File.Exists(trace));
        Assert.False(Directory.Exists(room["cache/scratch"]));
    }

    [Fact]
    public async Task A_file_that_is_a_path_is_written_nowhere()
    {
        using CommandRoom room = new();
        room.Write("build.yaml", Build);
        room.Write("script/build", "#!/bin/sh\n");
        File.SetUnixFileMode(room["script/build"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await LockAsync(
            room,
            "build",
            "[]",
            $$"""[{"name": "{{room["cron"]}}", "suite": "sid", "path": "pool/k.dsc", "digest": "{{Digest.Of("d"u8)}}", "size": 1}, {"name": "../../x", "suite": "sid", "path": "pool/../k", "digest": "{{Digest.Of("d"u8)}}", "size": 1}]"""
        );

        CommandRun run = await room.RunAsync("build", "kubernetes", room["build.yaml"], "--offline", "-o", "json");

        JsonElement[] errors = [.. JsonDocument.Parse(run.Out).RootElement.GetProperty("errors").EnumerateArray()];
        Assert.Equal(2, run.Exit);
        Assert.Equal(
            ["$.parts[0].files[0].name", "$.parts[0].files[1].name", "$.parts[0].files[1].path"],
            errors.Select(error => error.GetProperty("where").GetProperty("detail").GetString())
        );
        Assert.False(File.Exists(room["cron"]));
    }

    [Fact]
    public async Task The_password_of_a_mirror_is_in_no_message()
    {
        using CommandRoom room = new();
        room.Write("base.yaml", Base);
        await LockAsync(
            room,
            "base",
            $$"""[{"name": "hello", "version": "1", "architecture": "amd64", "suite": "bookworm", "path": "pool/h.deb", "digest": "{{Digest.Of("d"u8)}}", "size": 1}]""",
            "[]"
        );
        string? own = Environment.GetEnvironmentVariable(DebianMirrors.ArchiveVariable);
        Environment.SetEnvironmentVariable(DebianMirrors.ArchiveVariable, "http://ann:secret@mirror.test/debian");
        try
        {
            foreach (string form in (string[])["text", "json"])
            {
                CommandRun run = await room.RunAsync("fetch", "--offline", room["base.yaml"], "-o", form);
                Assert.Equal(ErrorCodes.OfflineSourceMissing.ExitCode, (ExitCode)run.Exit);
                Assert.Contains("NF3002", run.Out + run.Error, StringComparison.Ordinal);
                Assert.Contains("http://***@mirror.test/", (run.Out + run.Error).ReplaceLineEndings(""), StringComparison.Ordinal);
                Assert.DoesNotContain("secret", (run.Out + run.Error).ReplaceLineEndings(""), StringComparison.Ordinal);
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(DebianMirrors.ArchiveVariable, own);
        }
    }

    private static async Task LockAsync(CommandRoom room, string name, string packages, string files) =>
        room.Write(
            name + ".lock.json",
            $$"""
            {"schemaVersion": 1, "recipe": "{{await RecipeDigest.ComputeAsync(
                RecipeReader.Read(room[name + ".yaml"]),
                CancellationToken.None
            )}}", "epoch": 1,
             "parts": [{"recipe": "{{name}}.yaml", "platform": "linux/amd64",
               "packages": {{packages}},
               "files": {{files}}, "images": []}]}
            """
        );
}
