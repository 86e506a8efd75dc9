using System.Text.Json.Nodes;

namespace NodeForge.Cli.Tests;

/// <summary><c>verify</c> and <c>diff</c>: what they print, what they write, what they end with.</summary>
public sealed class VerifyingImages : IDisposable
{
    private readonly CommandRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task A_sound_image_passes_and_a_page_and_a_bill_of_materials_are_written()
    {
        await BuildAsync("oci:" + room["out"]);
        CommandRun run = await room.RunAsync("verify", "oci:" + room["out"], "--report", room["page.html"], "--sbom", room["app.cdx.json"]);
        Assert.Equal(0, run.Exit);
        Assert.Contains("✓ layers", run.Out, StringComparison.Ordinal);
        Assert.Contains("✓ sound", run.Out, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(room["page.html"]), StringComparison.Ordinal);
        Assert.Equal("CycloneDX", JsonNode.Parse(File.ReadAllText(room["app.cdx.json"]))!["bomFormat"]!.GetValue<string>());
    }

    [Fact]
    public async Task Archives_of_either_kind_are_verified_too()
    {
        await BuildAsync("oci-archive:" + room["a.tar"]);
        await BuildAsync("docker-archive:" + room["b.tar"]);
        Assert.Equal(0, (await room.RunAsync("verify", "oci-archive:" + room["a.tar"])).Exit);
        Assert.Equal(0, (await room.RunAsync("verify", "docker-archive:" + room["b.tar"])).Exit);
    }

    [Fact]
    public async Task A_damaged_image_fails_with_one_document()
    {
        await BuildAsync("oci:" + room["out"]);
        string layer = Directory.EnumerateFiles(room["out/blobs/sha256"]).MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = File.ReadAllBytes(layer);
        bytes[^700] ^= 1;
        File.Delete(layer);
        File.WriteAllBytes(layer, bytes);
        CommandRun run = await room.RunAsync("verify", "oci:" + room["out"], "-o", "json");
        Assert.Equal(3, run.Exit);
        JsonNode document = JsonNode.Parse(run.Out)!;
        Assert.Equal(1, document["schemaVersion"]!.GetValue<int>());
        Assert.False(document["sound"]!.GetValue<bool>());
        JsonNode check = document["images"]![0]!["checks"]!.AsArray().Single(check => check!["verdict"]!.GetValue<string>() == "failed")!;
        Assert.Equal("NF5108", check["findings"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_images_are_compared()
    {
        await BuildAsync("oci:" + room["one"]);
        room.Write("tree/etc/motd", "hellO\n");
        await room.LockAsync("app.yaml");
        await BuildAsync("oci:" + room["two"]);
        Assert.Equal(0, (await room.RunAsync("diff", "oci:" + room["one"], "oci:" + room["one"])).Exit);
        CommandRun run = await room.RunAsync("diff", "oci:" + room["one"], "oci:" + room["two"]);
        Assert.Equal(3, run.Exit);
        Assert.Contains("changed /etc/motd", run.Out, StringComparison.Ordinal);
        Assert.Contains("byte 4: 6f0a → 4f0a", run.Out, StringComparison.Ordinal);
        CommandRun against = await room.RunAsync("verify", "oci:" + room["two"], "--against", "oci:" + room["one"]);
        Assert.Equal(3, against.Exit);
        Assert.Contains("NF6281", against.Out, StringComparison.Ordinal);
        JsonNode document = JsonNode.Parse(
            (
                await room.RunAsync(
                    "verify",
                    "oci:" + room["two"],
                    "--against",
                    "oci:" + room["one"],
                    "--report",
                    room["page.html"],
                    "-o",
                    "json"
                )
            ).Out
        )!;
        Assert.Equal("etc/motd", document["images"]![0]!["differences"]![0]!["layers"]![0]!["entries"]![0]!["path"]!.GetValue<string>());
        string page = File.ReadAllText(room["page.html"]);
        Assert.Contains("What changed against", page, StringComparison.Ordinal);
        Assert.Contains("from byte 4 on", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_is_built_again_and_where_it_parts_from_its_recipe_is_told_to_the_byte()
    {
        await BuildAsync("oci:" + room["one"]);
        CommandRun same = await room.RunAsync("verify", "oci:" + room["one"], "--rebuild", room["app.yaml"], "--offline");
        Assert.True(same.Exit == 0, same.Error);
        Assert.Contains("the same bits as", same.Out, StringComparison.Ordinal);

        CommandRun packed = await room.RunAsync(
            "build",
            "container-image",
            room["app.yaml"],
            "--offline",
            "--compression",
            "gzip",
            "--output",
            "oci:" + room["packed"]
        );
        Assert.True(packed.Exit == 0, packed.Error);
        CommandRun compressed = await room.RunAsync("verify", "oci:" + room["packed"], "--rebuild", room["app.yaml"], "--offline");
        Assert.Equal(0, compressed.Exit);
        Assert.Contains("the same image as", compressed.Out, StringComparison.Ordinal);
        Assert.Contains("compression or annotations differ", compressed.Out, StringComparison.Ordinal);

        room.Write("tree/etc/motd", "hellO\n");
        await room.LockAsync("app.yaml");
        CommandRun other = await room.RunAsync("verify", "oci:" + room["one"], "--rebuild", room["app.yaml"], "--offline");
        Assert.Equal(3, other.Exit);
        Assert.Contains("NF6281", other.Out, StringComparison.Ordinal);
        Assert.Contains("changed /etc/motd", other.Out, StringComparison.Ordinal);
        Assert.Contains("from byte 4 on: 6f0a", other.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_its_lock_records_is_held_against_it()
    {
        await room.LockAsync("app.yaml");
        CommandRun recorded = await room.RunAsync("lock", room["app.yaml"], "--record");
        Assert.True(recorded.Exit == 0, recorded.Error);
        await BuildAsync("oci:" + room["one"]);
        Assert.Equal(0, (await room.RunAsync("verify", "oci:" + room["one"], "--recipe", room["app.yaml"])).Exit);
        room.Write("tree/etc/motd", "hellO\n");
        Assert.Equal(0, (await room.RunAsync("lock", room["app.yaml"], "--record")).Exit);
        CommandRun run = await room.RunAsync("verify", "oci:" + room["one"], "--recipe", room["app.yaml"]);
        Assert.Equal(3, run.Exit);
        Assert.Contains("NF6291", run.Out, StringComparison.Ordinal);
    }

    private async Task BuildAsync(string output)
    {
        if (!File.Exists(room["app.lock.json"]))
            await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync("build", "container-image", room["app.yaml"], "--offline", "--output", output);
        Assert.True(run.Exit == 0, run.Error);
    }
}
