using System.CommandLine;
using System.Text.Json;

namespace NodeForge.Cli.Tests;

/// <summary>With <c>-o json</c> every command prints one document with a schemaVersion, whatever it comes to.</summary>
public sealed class PrintingDocuments
{
    // What it prints is the program's in the node.
    private const string OfAnotherProgram = "exec";

    public static TheoryData<string> Commands =>
        [
            .. CommandLines
                .All()
                .Where(line => line.Command.Subcommands.Count == 0 && line.Path != OfAnotherProgram)
                .Select(line => line.Path),
        ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Where_nothing_is_there_to_work_on(string command)
    {
        using CommandRoom room = new();
        Command called = CommandLines.All().Single(line => line.Path == command).Command;
        IEnumerable<string> words = called
            .Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0)
            .Select(argument => argument.Name == "SHELL" ? "bash" : "nothing");
        CommandRun run = await CommandRoom.RunAsync(terminal: false, Nowhere(room), [.. command.Split(' '), .. words, "-o", "json"]);

        JsonElement document = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(1, document.GetProperty("schemaVersion").GetInt32());
        if (run.Exit != 0 && command != "doctor")
            Assert.NotEmpty(document.GetProperty("errors").EnumerateArray());
    }

    [Fact]
    public async Task A_fetch_says_what_it_was_for()
    {
        using CommandRoom room = new();
        await room.LockAsync("app.yaml");
        CommandRun run = await room.RunAsync("fetch", room["app.yaml"], "-o", "json");

        JsonElement document = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal((0, room["app.lock.json"]), (run.Exit, document.GetProperty("lock").GetString()));
        JsonElement plan = Assert.Single(document.GetProperty("plans").EnumerateArray());
        Assert.Equal(("app", "linux/amd64"), (plan.GetProperty("name").GetString(), plan.GetProperty("platform").GetString()));
        Assert.StartsWith("sha256:", plan.GetProperty("digest").GetString(), StringComparison.Ordinal);
    }

    // A machine without an engine, and with nothing of this one's.
    private static HostEnvironment Nowhere(CommandRoom room) =>
        new()
        {
            Variables = new Dictionary<string, string>
            {
                ["NODEFORGE_CACHE"] = room["cache"],
                ["DOCKER_HOST"] = $"unix://{room["no.sock"]}",
                ["NODEFORGE_STATE"] = room["state"],
            },
            WorkingFolder = room.Folder,
            Home = room["home"],
            Clock = TimeProvider.System,
        };
}
