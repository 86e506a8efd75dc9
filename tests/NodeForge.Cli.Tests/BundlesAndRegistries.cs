using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeForge.TestSupport.Engines;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Cli.Tests;

/// <summary><c>bundle push</c>, <c>pull</c> and <c>serve</c>, and what is attached to images on the way.</summary>
public sealed class BundlesAndRegistries : IDisposable
{
    private readonly CommandRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task A_bundle_goes_through_a_registry_that_is_busy_and_breaks_off()
    {
        await BundleAsync();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string place = $"docker://{registry.Host}/site/bundle:v1";
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(429, RetryAfter: "1"));
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(503));
        CommandRun pushed = await room.RunAsync("bundle", "push", room["site.nfb"], place, "-o", "json");
        Assert.True(pushed.Exit == 0, pushed.Error);
        string digest = JsonNode.Parse(pushed.Out)!["digest"]!.GetValue<string>();
        Assert.Equal($"{place}@{digest}", JsonNode.Parse(pushed.Out)!["pushed"]!.GetValue<string>());

        registry.Fail("/blobs/sha256:", new RegistryFault.Status(429));
        registry.Fail("/blobs/sha256:", new RegistryFault.Truncate(1000));
        CommandRun pulled = await room.RunAsync("bundle", "pull", place, "--output", room["far.nfb"]);
        Assert.True(pulled.Exit == 0, pulled.Error);
        Assert.Equal($"{place}@{digest}\n  {room["far.nfb"]}\n", pulled.Out);
        Assert.Equal(File.ReadAllBytes(room["site.nfb"]), File.ReadAllBytes(room["far.nfb"]));
        // A part that broke off is asked for again; from where on depends on how much of it the network still delivered.
        Assert.Equal(
            3,
            registry.Requests.Count(request => request.Path.Contains("/blobs/sha256:", StringComparison.Ordinal) && request.Method == "GET")
        );
    }

    [Fact]
    public async Task A_delta_goes_through_a_registry_and_it_is_told_what_it_makes_of_what()
    {
        await BundleAsync();
        string[] pack = ["bundle", "create", "oci:" + room["out"], "--file", room["app.yaml"]];
        Assert.Equal(0, (await room.RunAsync([.. pack, "--base", room["site.nfb"], "--output", room["delta.nfb"]])).Exit);
        Assert.Equal(0, (await room.RunAsync([.. pack, "--output", room["next.nfb"]])).Exit);
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string place = $"docker://{registry.Host}/site/delta:v1";
        CommandRun pushed = await room.RunAsync("bundle", "push", room["delta.nfb"], place);
        Assert.True(pushed.Exit == 0, pushed.Error);
        CommandRun pulled = await room.RunAsync("bundle", "pull", place, "--output", room["far.nfb"], "-o", "json");
        Assert.True(pulled.Exit == 0, pulled.Error);
        JsonNode delta = JsonNode.Parse(pulled.Out)!["delta"]!;
        Assert.Equal(await IndexAsync("site.nfb"), delta["base"]!.GetValue<string>());
        Assert.Equal(await IndexAsync("next.nfb"), delta["makes"]!.GetValue<string>());
        string[] apply = ["bundle", "apply", room["site.nfb"], room["far.nfb"], "--output", room["made.nfb"]];
        Assert.Equal(0, (await room.RunAsync(apply)).Exit);
        Assert.Equal(File.ReadAllBytes(room["next.nfb"]), File.ReadAllBytes(room["made.nfb"]));
    }

    [Fact]
    public async Task A_signature_goes_with_its_bundle_and_one_of_another_bundle_goes_nowhere()
    {
        await BundleAsync();
        Assert.Equal(0, (await room.RunAsync("key", "generate", "--output", room["k"])).Exit);
        await File.WriteAllTextAsync(room["policy.yaml"], "keys: [k.pub]\n");
        Assert.Equal(0, (await room.RunAsync("bundle", "sign", room["site.nfb"], "--key", room["k.key"], "--sequence", "7")).Exit);
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string place = $"docker://{registry.Host}/site/bundle:v1";
        CommandRun pushed = await room.RunAsync("bundle", "push", room["site.nfb"], place);
        Assert.True(pushed.Exit == 0, pushed.Error);
        CommandRun pulled = await room.RunAsync("bundle", "pull", place, "--output", room["far.nfb"]);
        Assert.True(pulled.Exit == 0, pulled.Error);
        Assert.EndsWith("its signature lies beside it\n", pulled.Out, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(room["site.nfb.sigstore.json"]), File.ReadAllBytes(room["far.nfb.sigstore.json"]));
        CommandRun verified = await room.RunAsync("bundle", "verify", room["far.nfb"], "--policy", room["policy.yaml"]);
        Assert.True(verified.Exit == 0, verified.Error + verified.Out);

        string[] other = ["bundle", "create", "oci:" + room["out"], "--file", room["app.yaml"], "--output", room["other.nfb"]];
        Assert.Equal(0, (await room.RunAsync(other)).Exit);
        File.Copy(room["site.nfb.sigstore.json"], room["other.nfb.sigstore.json"]);
        await RefusedAsync("NF6483", 3, "bundle", "push", room["other.nfb"], $"docker://{registry.Host}/site/bundle:v2");
        Assert.Null(registry.Manifest("site/bundle", "v2"));
    }

    [Fact]
    public async Task A_bundle_that_was_pushed_unsigned_does_not_lie_beside_the_signature_of_the_one_before()
    {
        await BundleAsync();
        Assert.Equal(0, (await room.RunAsync("key", "generate", "--output", room["k"])).Exit);
        await File.WriteAllTextAsync(room["policy.yaml"], "keys: [k.pub]\n");
        string[] next = ["bundle", "create", "oci:" + room["out"], "--file", room["app.yaml"], "--output", room["next.nfb"]];
        Assert.Equal(0, (await room.RunAsync(next)).Exit);
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        string first = $"docker://{registry.Host}/site/bundle:v1",
            second = $"docker://{registry.Host}/site/bundle:v2";
        Assert.Equal(0, (await room.RunAsync("bundle", "push", room["site.nfb"], first)).Exit);
        Assert.Equal(0, (await room.RunAsync("bundle", "push", room["next.nfb"], second)).Exit);

        // What was signed here after it was pulled stays signed when the same comes again.
        Assert.Equal(0, (await room.RunAsync("bundle", "pull", first, "--output", room["far.nfb"])).Exit);
        Assert.Equal(0, (await room.RunAsync("bundle", "sign", room["far.nfb"], "--key", room["k.key"], "--sequence", "7")).Exit);
        Assert.Equal(0, (await room.RunAsync("bundle", "pull", first, "--output", room["far.nfb"])).Exit);
        CommandRun verified = await room.RunAsync("bundle", "verify", room["far.nfb"], "--policy", room["policy.yaml"]);
        Assert.True(verified.Exit == 0, verified.Error + verified.Out);

        Assert.Equal(0, (await room.RunAsync("bundle", "pull", second, "--output", room["far.nfb"])).Exit);
        Assert.False(File.Exists(room["far.nfb.sigstore.json"]));
        await RefusedAsync("NF6480", 3, "bundle", "load", room["far.nfb"], "oci:" + room["in"], "--policy", room["policy.yaml"]);
    }

    private async Task<string> IndexAsync(string bundle) =>
        JsonNode.Parse((await room.RunAsync("bundle", "inspect", room[bundle], "-o", "json")).Out)!["index"]!.GetValue<string>();

    [Fact]
    public async Task What_is_no_registry_no_bundle_or_no_tag_is_refused()
    {
        await BundleAsync();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        SmallImage.Of("x", Oci.Platform.LinuxAmd64).PushTo(registry, "app", "1");
        await RefusedAsync("NF6702", 3, "bundle", "pull", $"docker://{registry.Host}/app:1", "--output", room["far.nfb"]);
        await RefusedAsync("NF3204", 4, "bundle", "pull", $"docker://{registry.Host}/app:2", "--output", room["far.nfb"]);
        await RefusedAsync("NF5190", 2, "bundle", "pull", "oci:" + room["out"], "--output", room["far.nfb"]);
        await RefusedAsync("NF5190", 2, "bundle", "push", room["site.nfb"], "oci:" + room["out"]);
        string digest = "sha256:" + new string('0', 64);
        await RefusedAsync("NF5190", 2, "bundle", "push", room["site.nfb"], $"docker://{registry.Host}/app@{digest}");
        await RefusedAsync("NF", 2, "bundle", "push", room["site.nfb"], $"docker://{registry.Host}/app:b", "--subject", "../x");
        await RefusedAsync("NF6700", 5, "bundle", "serve", room["site.nfb"], "--listen", "everywhere");
        await RefusedAsync("NF", 2, "bundle", "serve", room["site.nfb"], "--cert", room["site.nfb"]);
        await RefusedAsync("NF6701", 5, "bundle", "serve", room["site.nfb"], "--cert", room["app.yaml"], "--key", room["app.yaml"]);
        Assert.Empty(Directory.EnumerateFiles(room.Folder, "*far.nfb*"));
    }

    [Fact]
    public async Task Some_platforms_of_an_image_go_into_a_registry_that_refuses_their_index()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        SmallImage[] small = [.. ((string[])["amd64", "arm64", "riscv64"]).Select(cpu => SmallImage.Of(cpu, new(cpu, "linux")))];
        Oci.Descriptor[] pushed = [.. small.Select(image => image.PushTo(registry, "app", null) with { Platform = image.Platform })];
        registry.AddManifest("app", "1", Oci.OciJson.Write(new Oci.ImageIndex { Manifests = pushed }), Oci.MediaTypes.Index);
        registry.ChecksIndexes = true;
        string[] create = ["bundle", "create", $"docker://{registry.Host}/app:1", "--output", room["site.nfb"]];
        foreach (int count in (int[])[1, 2, 3])
        {
            string[] platforms = [.. small.Take(count).SelectMany(image => (string[])["--platform", image.Platform.ToString()])];
            CommandRun created = await room.RunAsync([.. create, .. platforms]);
            Assert.True(created.Exit == 0, created.Error);
            CommandRun loaded = await room.RunAsync("bundle", "load", room["site.nfb"], $"docker://{registry.Host}/far{count}/");
            Assert.True(loaded.Exit == 0, loaded.Error);
            Assert.Equal(count < 3, loaded.Error.Contains("NF6703", StringComparison.Ordinal));
            byte[] found = registry.Manifest($"far{count}/app", "1")!;
            if (count == 1)
                Assert.Equal(small[0].Manifest, found);
            else
                Assert.Equal(count, Oci.ImageDocument.ReadIndex(found, new("registry")).Manifests.Count);
        }

        Assert.Equal(registry.Manifest("app", "1"), registry.Manifest("far3/app", "1"));
    }

    [Fact]
    public async Task A_bundle_is_served_until_it_is_stopped_with_what_is_attached_to_its_images()
    {
        await BuildAsync();
        Assert.Equal(0, (await room.RunAsync("key", "generate", "--output", room["k"])).Exit);
        Assert.Equal(0, (await room.RunAsync("sign", "oci:" + room["out"], "--key", room["k.key"])).Exit);
        Assert.Equal(0, (await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["site.nfb"])).Exit);
        CommandRun verified = await room.RunAsync("verify", "bundle:" + room["site.nfb"], "--key", room["k.pub"]);
        Assert.True(verified.Exit == 0, verified.Error + verified.Out);

        await using ScriptedEngine engine = new();
        using Process process = OwnProcess.Start(engine, "bundle", "serve", room["site.nfb"], "--listen", "127.0.0.1:0");
        Assert.Equal("example.com/app:1", await process.StandardOutput.ReadLineAsync());
        string told = (await process.StandardOutput.ReadLineAsync())!;
        Assert.StartsWith("served at http://127.0.0.1:", told, StringComparison.Ordinal);
        string host = told["served at http://".Length..told.IndexOf(',', StringComparison.Ordinal)];
        CommandRun far = await room.RunAsync("verify", $"docker://{host}/app:1", "--key", room["k.pub"]);
        Assert.True(far.Exit == 0, far.Error + far.Out);

        // Out of the bundle and into another one, over the wire.
        CommandRun again = await room.RunAsync("bundle", "create", $"docker://{host}/example.com/app:1", "--output", room["far.nfb"]);
        Assert.True(again.Exit == 0, again.Error);
        Assert.Equal(0, (await room.RunAsync("verify", "bundle:" + room["far.nfb"], "--key", room["k.pub"])).Exit);
        CommandRun loaded = await room.RunAsync("bundle", "load", room["far.nfb"], "oci:" + room["far"]);
        Assert.True(loaded.Exit == 0, loaded.Error);
        Assert.Equal(0, (await room.RunAsync("verify", "oci:" + room["far"], "--key", room["k.pub"])).Exit);

        Signals.SendTerminate(process);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task RefusedAsync(string code, int exit, params string[] line)
    {
        CommandRun run = await room.RunAsync(line);
        Assert.True(exit == run.Exit, $"{string.Join(' ', line)}: {run.Exit} {run.Error}");
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
    }

    private async Task BundleAsync()
    {
        await BuildAsync();
        CommandRun created = await room.RunAsync("bundle", "create", "oci:" + room["out"], "--output", room["site.nfb"]);
        Assert.True(created.Exit == 0, created.Error);
    }

    private async Task BuildAsync()
    {
        await room.LockAsync("app.yaml");
        string[] output = ["--output", "oci:" + room["out"], "--tag", "example.com/app:1"];
        CommandRun run = await room.RunAsync(["build", "container-image", room["app.yaml"], "--offline", .. output]);
        Assert.True(run.Exit == 0, run.Error);
    }
}
