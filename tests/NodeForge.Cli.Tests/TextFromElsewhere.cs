using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;
using NodeForge.TestSupport.Engines;
using Spectre.Console;

namespace NodeForge.Cli.Tests;

/// <summary>Commands whose engine, images and nodes say what a terminal would obey.</summary>
[Collection(EngineOfThisProcess.Name)]
public sealed class TextFromElsewhere : IDisposable
{
    private const string Bell = "a\u001b[2J\u009b31m\u0007\r\u202eb";
    private const string Shown = @"a\x1b[2J\x9b31m\x07\x0d\u202eb";
    private readonly string? before = Environment.GetEnvironmentVariable("DOCKER_HOST");

    public void Dispose() => Environment.SetEnvironmentVariable("DOCKER_HOST", before);

    [Theory]
    [InlineData("get clusters", Bell)]
    [InlineData("get nodes", "kind")]
    public async Task Names_of_clusters_and_nodes_are_shown_with_their_control_characters_escaped(string command, string cluster)
    {
        using CommandRoom room = new();
        await using ScriptedEngine engine = Engine(cluster, Bell);
        CommandRun run = await room.RunAsync(command.Split(' '));
        Assert.Equal((0, Shown + "\n"), (run.Exit, run.Out));
    }

    [Fact]
    public async Task A_name_begins_no_line_of_its_own()
    {
        using CommandRoom room = new();
        await using ScriptedEngine engine = Engine("lab\nforged", "node");
        Assert.Equal("lab\\x0aforged\n", (await room.RunAsync("get", "clusters")).Out);
    }

    [Fact]
    public async Task Documents_are_the_same_as_ever()
    {
        using CommandRoom room = new();
        await using ScriptedEngine engine = Engine(Bell, "node");
        CommandRun run = await room.RunAsync("get", "clusters", "-o", "json");
        Assert.DoesNotContain(run.Out, c => char.IsControl(c) && c != '\n');
        Assert.Equal(Bell, JsonDocument.Parse(run.Out).RootElement.GetProperty("clusters")[0].GetString());
    }

    [Fact]
    public async Task The_engines_words_are_escaped_in_errors()
    {
        using CommandRoom room = new();
        await using ScriptedEngine engine = Engine("lab", "node");
        engine.On("GET /containers/json", 500, JsonSerializer.Serialize(new { message = Bell }));
        CommandRun run = await room.RunAsync("get", "clusters");
        Assert.Contains(Shown, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Error, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task What_an_image_says_of_itself_is_escaped_and_one_of_an_engine_is_read_like_one_of_an_archive()
    {
        using CommandRoom room = new();
        string archive = room["image.tar"];
        File.WriteAllBytes(
            archive,
            Image(
                $$"""{"created":{{JsonSerializer.Serialize(Bell)}},"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]} }"""
            )
        );
        CommandRun run = await room.RunAsync("inspect", "docker-archive:" + archive);
        Assert.Equal(0, run.Exit);
        Assert.Contains("created   " + Shown, run.Out, StringComparison.Ordinal);

        await using ScriptedEngine engine = Engine("lab", "node");
        engine.On("GET /images/get", call => call.StreamAsync([File.ReadAllBytes(archive)]));
        CommandRun daemon = await room.RunAsync("inspect", "docker-daemon:app:1");
        Assert.Equal((0, run.Out), (daemon.Exit, daemon.Out));
        Assert.Empty(Directory.GetFileSystemEntries(room["cache/scratch"]));
    }

    [Fact]
    public async Task Logs_of_a_container_called_for_another_folder_stay_where_they_belong()
    {
        using CommandRoom room = new();
        await using ScriptedEngine engine = Engine("lab", "../../evil" + Bell);
        engine.On("GET /info", 200, "{}");
        CommandRun run = await room.RunAsync("export", "logs", room["a/b/logs"], "--name", "lab");
        Assert.Equal(
            ["docker-info.txt", "nodeforge-version.txt"],
            Directory
                .EnumerateFileSystemEntries(room["a"], "*", SearchOption.AllDirectories)
                .Where(File.Exists)
                .Select(Path.GetFileName)
                .Order()
        );
        Assert.Contains("NF8044", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Error, c => char.IsControl(c) && c != '\n');
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whatever_is_printed_and_however_it_is_escaped(bool terminal)
    {
        StringWriter output = new(),
            error = new();
        Terminal both = new(output, error, terminal, name => name == "NO_COLOR" ? "1" : null);
        both.Out.Write("a\u001bb\tc\n");
        both.Out.Write('\u001b');
        both.Out.Write("\u001b".ToCharArray());
        both.Out.WriteLine("{0}", "\u001b");
        both.Error.WriteLine("\u001b[2Ja");
        both.Error.MarkupLine("[bold]\u001b[[2Jb[/]");
        both.Error.Write(new Text("\u001b[2Jc"));
        new PlainReporter(both, verbose: true).Report(new StepFinished(1, "t", default, "\u001b[2Jd"));
        Assert.Equal("a\\x1bb\tc\n\\x1b\\x1b\\x1b\n", output.ToString());
        Assert.DoesNotContain("\u001b[2J", error.ToString(), StringComparison.Ordinal);
        Assert.All("abcd", letter => Assert.Contains(@"\x1b[2J" + letter, error.ToString(), StringComparison.Ordinal));
    }

    private static ScriptedEngine Engine(string cluster, string node)
    {
        ScriptedEngine engine = new();
        Environment.SetEnvironmentVariable("DOCKER_HOST", "unix://" + engine.SocketPath);
        string[] names = ["/" + node];
        return engine.On(
            "GET /containers/json",
            200,
            JsonSerializer.Serialize(
                new[]
                {
                    new
                    {
                        Id = "x",
                        Names = names,
                        State = "running",
                        Labels = new Dictionary<string, string> { ["io.x-k8s.kind.cluster"] = cluster },
                    },
                }
            )
        );
    }

    private static byte[] Image(string config)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (
                (string name, string content) in new[]
                {
                    ("config.json", config),
                    ("manifest.json", """[{"Config":"config.json","RepoTags":["app:1"],"Layers":null}]"""),
                }
            )
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) }
                );
        }

        return bytes.ToArray();
    }
}

/// <summary>Tests that choose the engine by a variable of this process: one after the other, and after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EngineOfThisProcess
{
    public const string Name = "engine of this process";
}
