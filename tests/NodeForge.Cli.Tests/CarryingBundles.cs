using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.TestSupport.Engines;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Cli.Tests;

/// <summary><c>bundle</c>: from images to a file, and from the file to where they are wanted.</summary>
public sealed class CarryingBundles : IDisposable
{
    private readonly CommandRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task An_image_and_files_are_packed_shown_verified_and_unpacked()
    {
        await BuildAsync("oci:" + room["out"] + ":1");
        room.Write("notes.txt", "read me\n");
        room.Write("site.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n");
        string[] packed = ["bundle", "create", "oci:" + room["out"], "--file", room["notes.txt"], "--cluster-file", room["site.yaml"]];
        CommandRun dry = await room.RunAsync([.. packed, "--dry-run"]);
        Assert.True(dry.Exit == 0, dry.Error);
        Assert.Contains("example.com/app:1", dry.Out, StringComparison.Ordinal);
        Assert.Contains("nothing was written", dry.Out, StringComparison.Ordinal);
        CommandRun created = await room.RunAsync([.. packed, "--output", room["site.nfb"]]);
        Assert.True(created.Exit == 0, created.Error);

        CommandRun shown = await room.RunAsync("bundle", "inspect", room["site.nfb"], "-o", "json");
        JsonNode document = JsonNode.Parse(shown.Out)!;
        Assert.Equal("example.com/app:1", document["images"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(
            ["cluster-file site.yaml", "file notes.txt"],
            document["files"]!.AsArray().Select(file => $"{file!["kind"]} {file["name"]}")
        );
        Assert.Equal(created.Out, (await room.RunAsync("bundle", "inspect", room["site.nfb"])).Out);
        Assert.Equal(0, (await room.RunAsync("bundle", "verify", room["site.nfb"])).Exit);
        Assert.Equal(0, (await room.RunAsync("verify", "bundle:" + room["site.nfb"])).Exit);
        Assert.Equal(0, (await room.RunAsync("diff", "oci:" + room["out"], "bundle:" + room["site.nfb"] + "#example.com/app:1")).Exit);

        CommandRun loaded = await room.RunAsync("bundle", "load", room["site.nfb"], "oci:" + room["far"], "--files", room["files"]);
        Assert.True(loaded.Exit == 0, loaded.Error);
        Assert.Equal("read me\n", File.ReadAllText(room["files/notes.txt"]));
        Assert.Equal(File.ReadAllText(room["out/index.json"]), File.ReadAllText(room["far/index.json"]));
    }

    [Fact]
    public async Task A_second_load_reads_no_blob_and_puts_back_what_was_removed()
    {
        await BuildAsync("oci:" + room["out"]);
        Assert.Equal(0, (await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["site.nfb"])).Exit);
        string[] load = ["bundle", "load", room["site.nfb"], "oci:" + room["far"]];
        Assert.Equal(0, (await room.RunAsync(load)).Exit);
        byte[] bytes = File.ReadAllBytes(room["site.nfb"]);
        FileInfo largest = Blobs("far").MaxBy(file => file.Length)!;
        byte[] layer = File.ReadAllBytes(largest.FullName);
        largest.Delete();
        Assert.Equal(0, (await room.RunAsync(load)).Exit);
        Assert.Equal(layer, File.ReadAllBytes(largest.FullName));

        // Damage where the layer lies: who reads it would tell.
        JsonNode index = JsonNode.Parse((await room.RunAsync("bundle", "verify", room["site.nfb"], "-o", "json")).Out)!;
        Assert.True(index["sound"]!.GetValue<bool>());
        bytes[BitConverter.ToInt64(bytes, bytes.Length - 120) - 1] ^= 1; // the last byte before the directory
        File.WriteAllBytes(room["site.nfb"], bytes);
        Assert.Equal(3, (await room.RunAsync("bundle", "verify", room["site.nfb"])).Exit);
        CommandRun again = await room.RunAsync(load);
        Assert.True(again.Exit == 0, again.Error);
        largest.Delete();
        CommandRun damaged = await room.RunAsync(load);
        Assert.Equal(3, damaged.Exit);
        Assert.Contains("NF6408", damaged.Error, StringComparison.Ordinal);
        Assert.Contains("copy site.nfb again", damaged.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_gets_every_image_under_its_name_and_nothing_twice()
    {
        await BuildAsync("oci:" + room["out"]);
        Assert.Equal(0, (await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["site.nfb"])).Exit);
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string[] load = ["bundle", "load", room["site.nfb"], $"docker://{registry.Host}/mirror/"];
        CommandRun first = await room.RunAsync(load);
        Assert.True(first.Exit == 0, first.Error);
        Assert.NotNull(registry.Manifest("mirror/app", "1"));
        int asked = registry.Requests.Count;
        Assert.Equal(0, (await room.RunAsync(load)).Exit);
        Assert.DoesNotContain(registry.Requests.Skip(asked), request => request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_wrong_ends_with_3_and_one_document()
    {
        await BuildAsync("oci:" + room["out"]);
        room.Write("big", new string('x', 1000));
        Assert.Equal(
            0,
            (
                await room.RunAsync(
                    "bundle",
                    "create",
                    "oci:" + room["out"],
                    "--output",
                    room["site.nfb"],
                    "--file",
                    room["big"],
                    "--volume-size",
                    "20MB"
                )
            ).Exit
        );
        byte[] bytes = File.ReadAllBytes(room["site.nfb.001"]);
        bytes[1000] ^= 1;
        File.WriteAllBytes(room["site.nfb.001"], bytes);
        CommandRun run = await room.RunAsync("bundle", "verify", room["site.nfb"], "-o", "json");
        Assert.Equal(3, run.Exit);
        JsonNode document = JsonNode.Parse(run.Out)!;
        Assert.False(document["sound"]!.GetValue<bool>());
        Assert.Equal(room["site.nfb.001"], document["copyAgain"]![0]!.GetValue<string>());
        Assert.Contains(
            "copy again, and nothing else: " + room["site.nfb.001"],
            (await room.RunAsync("bundle", "verify", room["site.nfb.001"])).Out,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_cluster_is_not_made_from_a_bundle_without_a_node_image()
    {
        await BuildAsync("oci:" + room["out"]);
        Assert.Equal(0, (await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["site.nfb"])).Exit);
        CommandRun run = await room.RunAsync("create", "cluster", "--bundle", room["site.nfb"]);
        Assert.Equal(3, run.Exit);
        Assert.Contains("NF6414", run.Error, StringComparison.Ordinal);
        Assert.Contains("got  example.com/app:1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_moved_is_named_with_what_is_to_be_carried()
    {
        await BuildAsync("oci:" + room["out"]);
        Assert.Equal(0, (await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["a.nfb"])).Exit);
        room.Write("tree/etc/motd", "hellO\n");
        room.Write("notes.txt", "1");
        await room.LockAsync("app.yaml");
        await BuildAsync("oci:" + room["next"]);
        Assert.Equal(
            0,
            (await room.RunAsync("bundle", "create", "oci:" + room["next"], "--file", room["notes.txt"], "--output", room["b.nfb"])).Exit
        );
        Assert.Equal("nothing changes\n", (await room.RunAsync("bundle", "diff", room["a.nfb"], room["a.nfb"])).Out);
        CommandRun run = await room.RunAsync("bundle", "diff", room["a.nfb"], room["b.nfb"]);
        Assert.True(run.Exit == 0, run.Error);
        Assert.Contains("changed  image  example.com/app:1  sha256:", run.Out, StringComparison.Ordinal);
        Assert.Contains("added    file   notes.txt          sha256:", run.Out, StringComparison.Ordinal);
        JsonNode document = JsonNode.Parse((await room.RunAsync("bundle", "diff", room["a.nfb"], room["b.nfb"], "-o", "json")).Out)!;
        Assert.InRange(document["newBytes"]!.GetValue<long>(), 1, document["bytes"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_delta_is_made_of_a_bundle_or_its_inventory_and_makes_the_next_one()
    {
        await BuildAsync("oci:" + room["out"]);
        byte[] tool = new byte[2 << 20];
        new Random(1).NextBytes(tool);
        File.WriteAllBytes(room["tool"], tool);
        string[] pack = ["bundle", "create", "oci:" + room["out"], "--file", room["tool"]];
        Assert.Equal(0, (await room.RunAsync([.. pack, "--output", room["old.nfb"]])).Exit);
        tool[1_000_000] ^= 1;
        File.WriteAllBytes(room["tool"], tool);
        Assert.Equal(0, (await room.RunAsync([.. pack, "--output", room["new.nfb"]])).Exit);
        CommandRun dry = await room.RunAsync([
            .. pack,
            "--base",
            room["old.nfb"],
            "--output",
            room["delta.nfb"],
            "--dry-run",
            "-o",
            "json",
        ]);
        Assert.True(dry.Exit == 0, dry.Error);
        CommandRun told = await room.RunAsync([.. pack, "--base", room["old.nfb"], "--dry-run"]);
        Assert.False(File.Exists(room["delta.nfb"]));
        CommandRun made = await room.RunAsync([.. pack, "--base", room["old.nfb"], "--output", room["delta.nfb"]]);
        Assert.True(made.Exit == 0, made.Error);
        Assert.InRange(new FileInfo(room["delta.nfb"]).Length, 100, 20_000);
        Assert.Equal(made.Out, (await room.RunAsync("bundle", "inspect", room["delta.nfb"])).Out);
        Assert.Contains("a delta: with the bundle of index sha256:", made.Out, StringComparison.Ordinal);
        Assert.Contains(
            "whole, or as a delta  tool, 2 MiB",
            (await room.RunAsync("bundle", "diff", room["old.nfb"], room["new.nfb"])).Out,
            StringComparison.Ordinal
        );
        // What was to be is what was made: of all blobs the tool alone, as a delta of some hundred bytes.
        JsonNode planned = JsonNode.Parse(dry.Out)!["delta"]!;
        JsonNode there = JsonNode.Parse((await room.RunAsync("bundle", "inspect", room["delta.nfb"], "-o", "json")).Out)!["delta"]!;
        Assert.Equal(there.ToJsonString(), planned.ToJsonString());
        JsonNode only = Assert.Single(planned["carried"]!.AsArray())!;
        Assert.Equal(("delta", "tool"), (only["as"]!.GetValue<string>(), only["usedBy"]![0]!.GetValue<string>()));
        Assert.InRange(only["size"]!.GetValue<long>(), 100, 10_000);
        Assert.Contains("a delta: with the bundle of index sha256:", told.Out, StringComparison.Ordinal);
        Assert.Contains("carried  as a delta  tool, ", told.Out, StringComparison.Ordinal);
        Assert.Contains("1 blob is carried: ", told.Out, StringComparison.Ordinal);
        Assert.EndsWith("nothing was written\n", told.Out, StringComparison.Ordinal);

        JsonNode diff = JsonNode.Parse((await room.RunAsync("bundle", "diff", room["old.nfb"], room["delta.nfb"], "-o", "json")).Out)!;
        Assert.Equal("delta", diff["carried"]![0]!["as"]!.GetValue<string>());

        CommandRun applied = await room.RunAsync("bundle", "apply", room["old.nfb"], room["delta.nfb"], "--output", room["far.nfb"]);
        Assert.True(applied.Exit == 0, applied.Error);
        Assert.Equal(File.ReadAllBytes(room["new.nfb"]), File.ReadAllBytes(room["far.nfb"]));
        CommandRun page = await room.RunAsync("bundle", "inventory", room["far.nfb"]);
        File.WriteAllText(room["page.txt"], page.Out);
        File.WriteAllBytes(room["tool"], [.. tool, 1]);
        CommandRun whole = await room.RunAsync([.. pack, "--base", room["page.txt"], "--dry-run", "-o", "json"]);
        only = Assert.Single(JsonNode.Parse(whole.Out)!["delta"]!["carried"]!.AsArray())!;
        Assert.Equal(("whole", tool.Length + 1L), (only["as"]!.GetValue<string>(), only["size"]!.GetValue<long>()));
        File.WriteAllBytes(room["tool"], tool);
        Assert.Equal(0, (await room.RunAsync([.. pack, "--base", room["page.txt"], "--output", room["empty.nfb"]])).Exit);
        Assert.Equal(
            0,
            (
                await room.RunAsync("bundle", "squash", room["old.nfb"], room["delta.nfb"], room["empty.nfb"], "--output", room["one.nfb"])
            ).Exit
        );
        Assert.Equal(File.ReadAllBytes(room["delta.nfb"]), File.ReadAllBytes(room["one.nfb"]));
        string[][] lines =
        [
            ["bundle", "load", room["delta.nfb"], "oci:" + room["x"]],
            ["bundle", "serve", room["delta.nfb"], "--listen", "127.0.0.1:0"],
            ["bundle", "inventory", room["delta.nfb"]],
            ["create", "cluster", "--bundle", room["delta.nfb"]],
            ["inspect", "bundle:" + room["delta.nfb"]],
        ];
        string index = JsonNode.Parse((await room.RunAsync("bundle", "inspect", room["old.nfb"], "-o", "json")).Out)![
            "index"
        ]!.GetValue<string>();
        foreach (string[] line in lines)
        {
            CommandRun refused = await room.RunAsync(line);
            Assert.True(refused.Exit == 3, string.Join(' ', line) + refused.Error);
            Assert.Contains("NF6415", refused.Error, StringComparison.Ordinal);
            Assert.Contains(index, refused.Error, StringComparison.Ordinal);
            Assert.Contains("nodeforge bundle apply OLD delta.nfb --output NEW", refused.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("bundle create oci:x")]
    [InlineData("bundle create oci:x --output y --level 20")]
    [InlineData("bundle create oci:x --output y --volume-size 1KiB")]
    [InlineData("bundle create oci:x --output y --volume-size much")]
    [InlineData("bundle create oci:x --output y --platform lynux")]
    [InlineData("bundle create oci:x --output y --level much")]
    [InlineData("bundle create oci:x --output y --level 99999999999")]
    [InlineData("bundle create oci:x --output y --level 1.5")]
    [InlineData("matrix build x --jobs much")]
    [InlineData("matrix build x --jobs 65")]
    [InlineData("matrix emit kubernetes x --output y --parallelism 0x10")]
    [InlineData("verify oci:x --key y --quorum 0")]
    [InlineData("verify oci:x --key y --quorum two")]
    [InlineData("bundle load x.nfb")]
    public async Task What_cannot_be_understood_is_a_usage_error(string line)
    {
        CommandRun run = await room.RunAsync(line.Split(' '));
        Assert.Equal(2, run.Exit);
        Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_images_do_not_fit_into_one_name()
    {
        await BuildAsync("oci:" + room["out"] + ":1");
        await BuildAsync("oci:" + room["out"] + ":2", "--tag", "example.com/other:2");
        Assert.Equal(0, (await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["site.nfb"])).Exit);
        CommandRun run = await room.RunAsync("bundle", "load", room["site.nfb"], "oci:" + room["far"] + ":1");
        Assert.Equal(2, run.Exit);
        Assert.Contains("NF6413", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(room["far"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(250)]
    public async Task A_killed_create_leaves_no_bundle_and_the_one_before(int milliseconds)
    {
        await BuildAsync("oci:" + room["out"]);
        byte[] noise = new byte[96 << 20];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(room["noise"], noise);
        room.Write("old.nfb", "what was there");
        await using ScriptedEngine engine = new();
        foreach (string output in (string[])["site.nfb", "old.nfb"])
        {
            using Process process = OwnProcess.Start(
                engine,
                "bundle",
                "create",
                "oci:" + room["out"],
                "--file",
                room["noise"],
                "--output",
                room[output],
                "--cache",
                room["cache"]
            );
            while (!process.HasExited && !Directory.EnumerateFiles(room.Folder, $".{output}.*.part").Any())
                await Task.Delay(5);
            await Task.Delay(milliseconds);
            process.Kill();
            await process.WaitForExitAsync();
            Assert.Equal(137, process.ExitCode);
        }

        Assert.False(File.Exists(room["site.nfb"]));
        Assert.Equal("what was there", File.ReadAllText(room["old.nfb"]));
        Assert.Equal(0, (await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["site.nfb"])).Exit);
        Assert.Empty(Directory.EnumerateFiles(room.Folder, ".site.nfb*"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    public async Task A_killed_apply_leaves_the_bundle_that_is_there_and_the_next_one_sweeps(int milliseconds)
    {
        await BuildAsync("oci:" + room["out"]);
        byte[] noise = new byte[64 << 20];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(room["noise"], noise);
        string[] pack = ["bundle", "create", "oci:" + room["out"], "--file", room["noise"]];
        Assert.Equal(0, (await room.RunAsync([.. pack, "--output", room["old.nfb"]])).Exit);
        noise[1000] ^= 1;
        File.WriteAllBytes(room["noise"], noise);
        Assert.Equal(0, (await room.RunAsync([.. pack, "--output", room["delta.nfb"], "--base", room["old.nfb"]])).Exit);
        Digest before = Digest.Of(File.ReadAllBytes(room["old.nfb"]));
        string[] apply = ["bundle", "apply", room["old.nfb"], room["delta.nfb"], "--output", room["far.nfb"]];
        await using ScriptedEngine engine = new();
        using (Process process = OwnProcess.Start(engine, [.. apply, "--cache", room["cache"]]))
        {
            while (!process.HasExited && !Directory.EnumerateFiles(room.Folder, ".far.nfb.*.part").Any())
                await Task.Delay(5);
            await Task.Delay(milliseconds);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Equal(before, Digest.Of(File.ReadAllBytes(room["old.nfb"])));
        Assert.Equal(0, (await room.RunAsync(apply)).Exit);
        Assert.Equal(0, (await room.RunAsync("bundle", "verify", room["far.nfb"])).Exit);
        Assert.Empty(Directory.EnumerateFiles(room.Folder, ".far.nfb*"));
    }

    private IEnumerable<FileInfo> Blobs(string layout) => new DirectoryInfo(room[layout + "/blobs/sha256"]).EnumerateFiles();

    private async Task BuildAsync(string output, params string[] more)
    {
        if (!File.Exists(room["app.lock.json"]))
            await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync([
            "build",
            "container-image",
            room["app.yaml"],
            "--offline",
            "--output",
            output,
            .. more.Length > 0 ? more : ["--tag", "example.com/app:1"],
        ]);
        Assert.True(run.Exit == 0, run.Error);
    }
}
