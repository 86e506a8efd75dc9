using System.Text.Json;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Preflight;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Cli.Tests;

public sealed class TellingOfAMachine
{
    private static readonly Diagnostic Taken = new(ErrorCodes.EnginePortTaken, "a port to publish is in use on this machine")
    {
        Where = new("0.0.0.0:8080/tcp"),
        Got = "port 8080 is held by process 77 (web\u001b[31mserver)",
        Want = "a port that nobody listens on",
        Hint = "stop what holds the port, or choose another",
    };

    private static readonly Diagnostic Withheld = new(ErrorCodes.CapabilitiesWithheld, "this machine withholds capabilities")
    {
        Severity = Severity.Warning,
        Where = new("/proc/self/status", Detail: "CapBnd"),
        Got = "without CAP_SYS_RESOURCE",
        Hint = "run it where they are not withheld",
    };

    private static readonly CheckedMachine Machine = new([
        new("20.10.24, API 1.41, at unix:///run/docker.sock (default)") { Name = "engine" },
        new("without CAP_SYS_RESOURCE", Withheld) { Name = "capabilities" },
        new("/var/lib/docker cannot be seen from here") { Name = "disk", WasLookedAt = false },
        new("0.0.0.0:8080/tcp", Taken) { Name = "ports" },
    ]);

    [Fact]
    public void There_is_a_line_for_each_check_and_its_problems_below_it()
    {
        string text = DoctorDocument.Of(Machine).ToText().ToString();
        Assert.Equal(GoldenFile.Expect("tests/NodeForge.Cli.Tests/Golden/doctor.txt", text), text);
        Assert.DoesNotContain('\u001b', text);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    public void A_narrow_terminal_breaks_no_word(int columns)
    {
        string whole = DoctorDocument.Of(Machine).ToText().ToString();
        string[] lines = DoctorDocument.Of(Machine).ToText(columns).ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(Words(whole), Words(string.Join('\n', lines)));
        // Only a word that is longer by itself, at the beginning of its line, goes beyond the edge.
        Assert.All(lines, line => Assert.True(line.Length <= columns || Words(line).Length == 1, line));
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public void A_document_has_the_same()
    {
        string json = DoctorDocument.Of(Machine).ToJson();
        Assert.Equal(GoldenFile.Expect("tests/NodeForge.Cli.Tests/Golden/doctor.json", json), json);
        Assert.Equal(1, JsonDocument.Parse(json).RootElement.GetProperty("schemaVersion").GetInt32());
    }

    [Fact]
    public void Quotes_and_signs_are_themselves_in_a_document_and_control_characters_are_not()
    {
        string json = new NodeNamesDocument(["node's 1+1 <ü> &", "a\u001b[2J\u007f\u009b\n\u0000"]).ToJson();
        Assert.Contains("\"node's 1+1 <ü> &\"", json, StringComparison.Ordinal);
        Assert.Contains(@"""a\u001B[2J\u007F\u009B\n\u0000""", json, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gravest_check_is_the_machine_s_verdict()
    {
        Assert.Equal("error", DoctorDocument.Of(Machine).Verdict);
        Assert.Equal("warning", DoctorDocument.Of(Machine with { Checks = [.. Machine.Checks.Take(3)] }).Verdict);
        Assert.Equal("fine", DoctorDocument.Of(Machine with { Checks = [Machine.Checks[0], Machine.Checks[2]] }).Verdict);
    }

    private static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
