using System.Text.Json.Nodes;

namespace NodeForge.Cli.Tests;

/// <summary><c>key generate</c>, <c>sign</c>, <c>attest</c>, and what <c>verify</c> and <c>inspect</c> make of it.</summary>
public sealed class SigningImages : IDisposable
{
    private readonly CommandRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task An_image_is_signed_attested_verified_and_shown()
    {
        await BuildAsync();
        CommandRun key = await RunAsync(0, "key", "generate", "--output", room["release"]);
        Assert.Contains(room["release.pub"], key.Out, StringComparison.Ordinal);
        await RunAsync(3, "verify", Image, "--key", room["release.pub"]);
        CommandRun signed = await RunAsync(0, "sign", Image, "--key", room["release.key"]);
        Assert.Contains("manifest", signed.Out, StringComparison.Ordinal);
        await RunAsync(0, "attest", Image, "--key", room["release.key"], "--recipe", room["app.yaml"], "--spdx", "--cyclonedx");
        room.Write("tests.json", """{"passed": true}""");
        await RunAsync(
            0,
            "attest",
            Image,
            "--key",
            room["release.key"],
            "--predicate",
            room["tests.json"],
            "--type",
            "https://example.com/tests/v1"
        );

        CommandRun verified = await RunAsync(
            0,
            "verify",
            Image,
            "--key",
            room["release.pub"],
            "--require-attestation",
            "provenance",
            "--require-attestation",
            "spdx",
            "--require-attestation",
            "https://example.com/tests/v1"
        );
        Assert.Contains("✓ signature", verified.Out, StringComparison.Ordinal);
        Assert.Contains("by " + room["release.pub"], verified.Out, StringComparison.Ordinal);
        Assert.Contains(
            "NF6318",
            (await RunAsync(3, "verify", Image, "--key", room["release.pub"], "--require-attestation", "closure")).Out,
            StringComparison.Ordinal
        );

        CommandRun shown = await RunAsync(0, "inspect", Image);
        Assert.Contains("provenance: bundle by key ", shown.Out, StringComparison.Ordinal);
        JsonNode statements = JsonNode.Parse((await RunAsync(0, "inspect", Image, "-o", "json")).Out)!["attached"]![0]!["statements"]!;
        Assert.Equal(10, statements.AsArray().Count); // five statements in two forms each
    }

    [Fact]
    public async Task A_provenance_names_what_decides_the_bits_and_no_time()
    {
        await BuildAsync();
        await RunAsync(0, "key", "generate", "--output", room["release"]);
        await RunAsync(0, "attest", Image, "--key", room["release.key"], "--recipe", room["app.yaml"]);
        string[] blobs = Blobs();
        JsonNode bundle = blobs
            .Select(File.ReadAllText)
            .Where(text => text.StartsWith("{\"mediaType\":\"application/vnd.dev.sigstore", StringComparison.Ordinal))
            .Select(text => JsonNode.Parse(text)!)
            .Single();
        JsonNode statement = JsonNode.Parse(Convert.FromBase64String(bundle["dsseEnvelope"]!["payload"]!.GetValue<string>()))!;
        JsonNode build = statement["predicate"]!["buildDefinition"]!;
        Assert.Equal("app.yaml", build["externalParameters"]!["recipe"]!["name"]!.GetValue<string>());
        Assert.Equal(1_700_000_000, build["internalParameters"]!["epoch"]!.GetValue<long>());
        Assert.Null(statement["predicate"]!["runDetails"]!["metadata"]);
        await RunAsync(0, "attest", Image, "--key", room["release.key"], "--recipe", room["app.yaml"]);
        Assert.Equal(blobs, Blobs());
    }

    [Fact]
    public async Task What_does_not_hold_is_not_attested()
    {
        await BuildAsync();
        await RunAsync(0, "key", "generate", "--output", room["release"]);
        Assert.Contains(
            "NF6309",
            (await RunAsync(3, "attest", Image, "--key", room["release.key"], "--closure")).Error,
            StringComparison.Ordinal
        );
        room.Write("tree/etc/motd", "hellO\n");
        await room.LockAsync("app.yaml");
        Assert.Contains(
            "NF6308",
            (await RunAsync(3, "attest", Image, "--key", room["release.key"], "--recipe", room["app.yaml"])).Error,
            StringComparison.Ordinal
        );
        foreach (string predicate in (string[])["[]", """{"a":"\ud800"}""", """{"\udc00":1}"""])
        {
            room.Write("list.json", predicate);
            string[] attest = ["attest", Image, "--key", room["release.key"], "--predicate", room["list.json"]];
            Assert.Contains("NF6307", (await RunAsync(2, [.. attest, "--type", "https://example.com/x"])).Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_signers_are_asked_for_and_counted()
    {
        await BuildAsync();
        foreach (string name in new[] { "one", "two" })
            await RunAsync(0, "key", "generate", "--output", room[name]);
        string[] verify = ["verify", Image, "--key", room["one.pub"], "--key", room["two.pub"], "--quorum", "2"];
        await RunAsync(0, "sign", Image, "--key", room["one.key"]);
        Assert.Contains("NF6317", (await RunAsync(3, verify)).Out, StringComparison.Ordinal);
        await RunAsync(0, "sign", Image, "--key", room["two.key"]);
        await RunAsync(0, verify);
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_a_usage_error()
    {
        await BuildAsync();
        await RunAsync(0, "key", "generate", "--output", room["one"]);
        Assert.Contains("NF6303", (await RunAsync(2, "key", "generate", "--output", room["one"])).Error, StringComparison.Ordinal);
        Assert.Contains("NF6304", (await RunAsync(2, "sign", "docker-daemon:x", "--key", room["one.key"])).Error, StringComparison.Ordinal);
        Assert.Contains(
            "NF6304",
            (await RunAsync(2, "verify", "docker-daemon:x", "--key", room["one.pub"])).Error,
            StringComparison.Ordinal
        );
        Assert.Contains("NF6300", (await RunAsync(2, "sign", Image, "--key", room["one.pub"])).Error, StringComparison.Ordinal);
        Assert.Contains(
            "NF6305",
            (await RunAsync(2, "verify", Image, "--key", room["one.pub"], "--quorum", "2")).Error,
            StringComparison.Ordinal
        );
        Assert.Contains("NF9002", (await RunAsync(2, "verify", Image, "--quorum", "2")).Error, StringComparison.Ordinal);
        Assert.Contains("NF9002", (await RunAsync(2, "attest", Image, "--key", room["one.key"])).Error, StringComparison.Ordinal);
        Assert.Contains(
            "NF9002",
            (await RunAsync(2, "attest", Image, "--key", room["one.key"], "--type", "x:y")).Error,
            StringComparison.Ordinal
        );
    }

    private string Image => "oci:" + room["out"];

    private string[] Blobs() => [.. Directory.EnumerateFiles(room["out/blobs/sha256"]).Order(StringComparer.Ordinal)];

    private async Task BuildAsync()
    {
        await room.LockAsync("app.yaml");
        await RunAsync(0, "build", "container-image", room["app.yaml"], "--offline", "--output", Image);
    }

    private async Task<CommandRun> RunAsync(int exit, params string[] args)
    {
        CommandRun run = await room.RunAsync(args);
        Assert.True(run.Exit == exit, $"{run.Exit}: {run.Error}{run.Out}");
        return run;
    }
}
