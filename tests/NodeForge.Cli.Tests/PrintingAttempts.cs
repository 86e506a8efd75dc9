using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Cli.Tests;

/// <summary>What an air-gapped cluster tried to reach: told, written, and signed.</summary>
public sealed class PrintingAttempts : IDisposable
{
    private const string Labels = "\"io.x-k8s.kind.cluster\":\"lab\",\"io.x-k8s.kind.role\":\"worker\"";
    private const string AirGapped = Labels + ",\"dev.nodeforge.air-gapped\":\"true\"";

    private readonly string folder = Directory.CreateTempSubdirectory("nf-attempts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Nothing_tried_is_said_in_a_line()
    {
        await using ScriptedEngine engine = Engine(AirGapped, "listening\n");
        Assert.Equal(
            new(0, "nothing was tried outside of lab: 1 node heard\n", ""),
            await OwnProcess.RunAsync(engine, "get", "attempts", "--name", "lab")
        );
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_not_said_that_nothing_was_tried()
    {
        await using ScriptedEngine engine = Engine(AirGapped, "");
        CommandRun run = await OwnProcess.RunAsync(engine, "get", "attempts", "--name", "lab");
        Assert.Equal("no node of lab is heard: what was tried is not known\nnot heard: lab-worker\n", run.Out);
    }

    [Fact]
    public async Task What_was_tried_is_in_a_table_with_who_tried_it()
    {
        await using ScriptedEngine engine = Engine(
            AirGapped,
            "3 1700000000 - name registry.k8s.io.\n2 1700000001 10.244.0.5 packet 6 203.0.113.7 80\n1 1700000001 - name \u001b[31m.\n"
        );
        CommandRun run = await OwnProcess.RunAsync(engine, "get", "attempts", "--name", "lab");
        Assert.Equal(0, run.Exit);
        Assert.Equal(
            """
            outside of lab: 4 names looked up, 2 packets sent, none got out: 0 nodes heard
            not heard: lab-worker
            COUNT   DESTINATION               NODE         POD
            3       registry.k8s.io           lab-worker
            2       tcp 203.0.113.7 port 80   lab-worker   10.244.0.5
            1       \x1b[31m                  lab-worker

            """,
            run.Out
        );
        Assert.Contains("NF6803", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_signed_beside_it_and_is_what_is_printed()
    {
        await using ScriptedEngine engine = Engine(AirGapped, "listening\n2 1700000001 10.244.0.5 packet 1 203.0.113.7 0\n");
        string report = Path.Combine(folder, "report.json");
        await OwnProcess.RunAsync(engine, "key", "generate", "--output", Path.Combine(folder, "site"));
        CommandRun run = await OwnProcess.RunAsync(
            engine,
            "get",
            "attempts",
            "--name",
            "lab",
            "--report",
            report,
            "--key",
            Path.Combine(folder, "site.key"),
            "-o",
            "json"
        );
        Assert.Equal(0, run.Exit);
        byte[] written = await File.ReadAllBytesAsync(report);
        Assert.Equal(run.Out.Trim(), Encoding.UTF8.GetString(written).Trim());
        JsonElement attempt = JsonDocument.Parse(written).RootElement.GetProperty("attempts")[0];
        Assert.Equal(
            ("packet", "icmp 203.0.113.7", "lab-worker", "10.244.0.5", 2),
            (Text("kind"), Text("destination"), Text("node"), Text("address"), attempt.GetProperty("count").GetInt32())
        );
        FileSignature signature = FileSignature.Read(await File.ReadAllBytesAsync(report + ".sigstore.json"), new("signature"));
        VerificationKey key = VerificationKey.Read(Path.Combine(folder, "site.pub"));
        Assert.True(signature.IsOf(key, Digest.Of(written)));
        Assert.False(signature.IsOf(key, Digest.Of("other"u8)));

        // Written again without a key, it has no signature that is not its own.
        await OwnProcess.RunAsync(engine, "get", "attempts", "--name", "lab", "--report", report);
        Assert.False(File.Exists(report + ".sigstore.json"));

        string? Text(string name) => attempt.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("get attempts --name lab --key nowhere.key", 2, "add --report FILE")]
    [InlineData("create cluster --name lab --report r.json", 2, "add --air-gapped")]
    [InlineData("create cluster --name lab --air-gapped --report r.json --key nowhere.key", 5, "nowhere.key")]
    public async Task What_cannot_be_written_is_refused_before_anything_is_made(string line, int exit, string said)
    {
        await using ScriptedEngine engine = Engine(AirGapped, "listening\n");
        CommandRun run = await OwnProcess.RunAsync(engine, line.Split(' '));
        Assert.Equal(exit, run.Exit);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_cluster_with_a_way_out_nothing_is_told()
    {
        await using ScriptedEngine engine = Engine(Labels, "");
        CommandRun run = await OwnProcess.RunAsync(engine, "get", "attempts", "--name", "lab");
        Assert.Equal(2, run.Exit);
        Assert.Contains("NF6801", run.Error, StringComparison.Ordinal);
    }

    private static ScriptedEngine Engine(string labels, string heard) =>
        new ScriptedEngine()
            .On("GET /containers/a/archive", call => call.StreamAsync([Archive(heard)]))
            .On(
                "GET /containers/json",
                200,
                $$"""[{"Id":"a","Names":["/lab-worker"],"Image":"node:1","State":"running","Labels":{{{labels}}} }]"""
            );

    private static byte[] Archive(string heard)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "nodeforge/"));
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, "nodeforge/attempts")
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(heard)),
                }
            );
        }

        return bytes.ToArray();
    }
}
