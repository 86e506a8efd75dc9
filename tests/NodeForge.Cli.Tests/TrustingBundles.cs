namespace NodeForge.Cli.Tests;

/// <summary>Whose bundles a machine takes, and which of them: each of five failures has a code of its own, and the log says what was
/// checked.</summary>
public sealed class TrustingBundles : IDisposable
{
    private readonly CommandRoom room = new();
    private readonly Clock clock = new() { Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) };

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task A_signed_bundle_is_taken_and_the_log_says_that_the_check_ran_and_on_what()
    {
        await MakeAsync("site.nfb", "one");
        await SignAsync("site.nfb", 7);
        CommandRun load = await RunAsync(0, Load("site.nfb", "a"));
        Assert.Contains("check the signature of " + room["site.nfb"], load.Error, StringComparison.Ordinal);
        Assert.Contains("site 7, index sha256:", load.Error, StringComparison.Ordinal);
        Assert.Contains("by " + room["release.pub"], load.Error, StringComparison.Ordinal);
        await RunAsync(0, "bundle", "verify", room["site.nfb"], "--policy", room["policy.yaml"]);
        Assert.Contains(
            "no policy asks for one",
            (await RunAsync(0, "bundle", "load", room["site.nfb"], "oci:" + room["b"])).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Unsigned_another_key_expired_changed_and_older_are_told_apart_before_anything_is_written()
    {
        await MakeAsync("site.nfb", "one");
        await RefusedAsync("NF6480", "site.nfb");
        await RunAsync(0, "key", "generate", "--output", room["other"]);
        await SignAsync("site.nfb", 1, "other");
        await RefusedAsync("NF6481", "site.nfb");

        await SignAsync("site.nfb", 1, "release", "--expires", "2027-06-01");
        clock.Now = new(2027, 6, 1, 0, 0, 1, TimeSpan.Zero);
        await RefusedAsync("NF6482", "site.nfb");
        File.AppendAllText(room["policy.yaml"], "expiry: ignore\n");
        Assert.Contains("has expired, which is allowed", (await RunAsync(0, Load("site.nfb", "a"))).Error, StringComparison.Ordinal);

        await MakeAsync("next.nfb", "two");
        File.Copy(room["site.nfb.sigstore.json"], room["next.nfb.sigstore.json"]);
        await RefusedAsync("NF6483", "next.nfb");
        string signature = File.ReadAllText(room["site.nfb.sigstore.json"]);
        int sig = signature.IndexOf("\"sig\":\"", StringComparison.Ordinal) + 20;
        File.WriteAllText(room["site.nfb.sigstore.json"], signature[..sig] + (signature[sig] == 'A' ? 'B' : 'A') + signature[(sig + 1)..]);
        await RefusedAsync("NF6483", "site.nfb");

        await SignAsync("next.nfb", 2);
        await RunAsync(0, Load("next.nfb", "b"));
        await SignAsync("site.nfb", 1);
        await RefusedAsync("NF6484", "site.nfb");
        await SignAsync("site.nfb", 1, "release", "--expires", "2027-06-01"); // one that is waved through waves nothing else
        await RefusedAsync("NF6484", "site.nfb");
        await SignAsync("site.nfb", 2); // the same number, something else
        await RefusedAsync("NF6484", "site.nfb");
        await RunAsync(0, [.. Load("site.nfb", "c"), "--allow-older"]);
        await RunAsync(0, Load("next.nfb", "d"));
    }

    [Fact]
    public async Task A_bundle_that_is_made_anew_keeps_its_signature_and_no_other_bundles()
    {
        await MakeAsync("site.nfb", "one");
        await SignAsync("site.nfb", 7);
        await MakeAsync("site.nfb", "one");
        await RunAsync(0, Load("site.nfb", "a"));
        await MakeAsync("site.nfb", "two");
        Assert.False(File.Exists(room["site.nfb.sigstore.json"]));
        await RefusedAsync("NF6480", "site.nfb");
        // What is no bundle's signature is somebody's file.
        File.WriteAllText(room["site.nfb.sigstore.json"], "mine");
        await MakeAsync("site.nfb", "one");
        Assert.Equal("mine", File.ReadAllText(room["site.nfb.sigstore.json"]));
    }

    [Fact]
    public async Task What_a_signed_delta_makes_is_taken_with_its_signature()
    {
        await MakeAsync("old.nfb", "one");
        await MakeAsync("delta.nfb", "two", "--base", room["old.nfb"]);
        string[] apply =
        [
            "bundle",
            "apply",
            room["old.nfb"],
            room["delta.nfb"],
            "--output",
            room["new.nfb"],
            "--policy",
            room["policy.yaml"],
        ];
        Assert.Contains("NF6480", (await RunAsync(3, apply)).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(room["new.nfb"]));
        await SignAsync("delta.nfb", 9);
        await RunAsync(0, apply);
        await RunAsync(0, Load("new.nfb", "a"));
        await SignAsync("old.nfb", 8);
        await RefusedAsync("NF6484", "old.nfb");

        // A step on the way may be older than what was installed; what it leads to may not.
        await MakeAsync("last.nfb", "three", "--base", room["new.nfb"]);
        await SignAsync("delta.nfb", 5);
        await SignAsync("last.nfb", 8);
        string[] chain = ["bundle", "apply", room["old.nfb"], room["delta.nfb"], room["last.nfb"], "--output", room["third.nfb"]];
        Assert.Contains("NF6484", (await RunAsync(3, [.. chain, "--policy", room["policy.yaml"]])).Error, StringComparison.Ordinal);
        await SignAsync("last.nfb", 10);
        await RunAsync(0, [.. chain, "--policy", room["policy.yaml"]]);
        await RunAsync(0, Load("third.nfb", "b"));
    }

    [Fact]
    public async Task A_cluster_is_made_of_a_trusted_bundle_only()
    {
        await MakeAsync("site.nfb", "one");
        CommandRun run = await RunAsync(3, "create", "cluster", "--bundle", room["site.nfb"], "--policy", room["policy.yaml"]);
        Assert.Contains("NF6480", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys: []\n")]
    [InlineData("keys: [release.pub]\nexpires: never\n")]
    [InlineData("keys: [release.pub]\nexpiry: sometimes\n")]
    [InlineData("- release.pub\n")]
    [InlineData("keys: [\n")]
    [InlineData("")]
    public async Task A_policy_that_cannot_be_read_lets_nothing_in(string policy)
    {
        await MakeAsync("site.nfb", "one");
        File.WriteAllText(room["policy.yaml"], policy);
        Assert.Contains("NF6485", (await RunAsync(2, Load("site.nfb", "a"))).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(room["a"]));
    }

    [Fact]
    public async Task A_policy_without_end_is_refused_before_all_of_it_is_read()
    {
        await MakeAsync("site.nfb", "one");
        using (FileStream policy = File.Open(room["policy.yaml"], FileMode.Append))
            policy.SetLength(1L << 40); // a hole
        Assert.Contains("NF6485", (await RunAsync(2, Load("site.nfb", "a"))).Error, StringComparison.Ordinal);
        string[] device = ["bundle", "load", room["site.nfb"], "oci:" + room["a"], "--policy", "/dev/zero"];
        Assert.Contains("NF9005", (await RunAsync(5, device)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sequence -1")]
    [InlineData("--sequence 1 --series ../x")]
    [InlineData("--sequence 1 --expires tomorrow")]
    public async Task What_nobody_can_count_or_read_is_not_signed(string options)
    {
        await MakeAsync("site.nfb", "one");
        CommandRun run = await RunAsync(2, ["bundle", "sign", room["site.nfb"], "--key", room["release.key"], .. options.Split(' ')]);
        Assert.Contains("NF6486", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(room["site.nfb.sigstore.json"]));
    }

    private string[] Load(string bundle, string folder) =>
        ["bundle", "load", room[bundle], "oci:" + room[folder], "--policy", room["policy.yaml"]];

    private async Task RefusedAsync(string code, string bundle)
    {
        CommandRun run = await RunAsync(3, Load(bundle, "refused"));
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(room["refused"]));
        run = await RunAsync(3, "bundle", "verify", room[bundle], "--policy", room["policy.yaml"]);
        Assert.Contains(code, run.Out, StringComparison.Ordinal);
    }

    private Task<CommandRun> SignAsync(string bundle, int sequence, string key = "release", params string[] more) =>
        RunAsync(0, ["bundle", "sign", room[bundle], "--key", room[key + ".key"], "--sequence", $"{sequence}", .. more]);

    private async Task MakeAsync(string name, string motd, params string[] more)
    {
        room.Write("tree/etc/motd", motd + "\n");
        await room.LockAsync("app.yaml");
        await RunAsync(0, "build", "container-image", room["app.yaml"], "--offline", "--output", "oci:" + room["out-" + motd]);
        await RunAsync(0, ["bundle", "create", "oci:" + room["out-" + motd], "--output", room[name], .. more]);
        if (File.Exists(room["release.key"]))
            return;
        await RunAsync(0, "key", "generate", "--output", room["release"]);
        room.Write("policy.yaml", "keys: [release.pub]\n");
    }

    private async Task<CommandRun> RunAsync(int exit, params string[] args)
    {
        HostEnvironment host = HostEnvironment
            .FromProcess()
            .With("NODEFORGE_STATE", room["state"])
            .With("NODEFORGE_BUNDLE_POLICY", null)
            .With("XDG_CONFIG_HOME", room["config"]) with
        {
            Clock = clock,
        };
        CommandRun run = await CommandRoom.RunAsync(terminal: false, host, [.. args, "--cache", room["cache"]]);
        Assert.True(run.Exit == exit, $"{string.Join(' ', args)}: {run.Exit}\n{run.Error}");
        return run;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
