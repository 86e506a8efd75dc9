using System.Text.Json;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Cli.Tests;

public sealed class HelpAndUsage
{
    public static TheoryData<string> Commands => [.. CommandLines.All().Select(command => command.Path)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_reads_as_it_should(string command)
    {
        CommandRun run = await PlainAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        string help = run.Out.Replace(typeof(HelpAndUsage).Assembly.GetName().Name!, "nodeforge", StringComparison.Ordinal);
        string file = $"tests/NodeForge.Cli.Tests/Help/{(command.Length == 0 ? "nodeforge" : command.Replace(' ', '-'))}.txt";
        Assert.Equal(0, run.Exit);
        Assert.Equal(GoldenFile.Expect(file, help), help);
    }

    [Theory]
    [InlineData("buidl")]
    [InlineData("build")]
    [InlineData("plan")]
    [InlineData("version --frobnicate")]
    [InlineData("completion tcsh")]
    [InlineData("plan a.yaml --set x")]
    [InlineData("exec")]
    [InlineData("get clusters -o wide")]
    [InlineData("get nodes -o yaml")]
    [InlineData("load image")]
    [InlineData("add node --role etcd")]
    [InlineData("start cluster --wait 5")]
    [InlineData("start cluster --wait 99999999999999h")]
    [InlineData("doctor lab")]
    public async Task What_cannot_be_understood_is_a_usage_error(string line)
    {
        CommandRun run = await PlainAsync(line.Split(' '));
        Assert.Equal(2, run.Exit);
        Assert.Contains("NF9002", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\\x", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("buidl", "did you mean 'nodeforge build'?")]
    [InlineData("create clutser", "did you mean 'nodeforge create cluster'?")]
    [InlineData("get node", "did you mean 'nodeforge get nodes'?")]
    [InlineData("version --quite", "did you mean 'nodeforge version --quiet'?")]
    [InlineData("frobnicate", "see 'nodeforge --help'")]
    public async Task A_misspelt_word_is_met_with_the_one_that_was_meant(string line, string hint) =>
        Assert.Contains(hint, (await PlainAsync(line.Split(' '))).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("creat cluster --name x", "'nodeforge' has no command 'creat'")]
    [InlineData("create", "'nodeforge create' wants a command after it")]
    [InlineData("create cluster --nmae x", "'nodeforge create cluster' has no option '--nmae'")]
    [InlineData("delete cluster lab", "a cluster is named with --name: 'nodeforge delete cluster --name lab'")]
    [InlineData("create cluster -v 1", "-v takes no number: leave it out")]
    [InlineData("load docker-imge x", "did you mean 'nodeforge load docker-image'?")]
    [InlineData("bundle", "want one of create, inspect, verify, sign, diff, apply, squash, inventory, load, push, pull, serve")]
    [InlineData("version -o jsn", "did you mean json?")]
    [InlineData("version -o yaml", "want one of text, json\n")]
    [InlineData("get nodes -o yaml", "want one of text, json, wide\n")]
    [InlineData("add node --role master", "--role takes none such")]
    [InlineData("delete clusters --all lab", "leave --all out, or the names")]
    public async Task One_mistake_is_told_once(string line, string told)
    {
        CommandRun run = await PlainAsync(line.Split(' '));
        Assert.Equal(2, run.Exit);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split("NF9002").Skip(1));
        Assert.DoesNotContain("\\x", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_word_there_is_help() => Assert.Equal(await PlainAsync("--help"), await PlainAsync());

    // What a script writes for a variable that is not set.
    [Theory]
    [InlineData("plan|", "RECIPE takes a path, and not an empty one")]
    [InlineData("bundle|inspect|", "FILE takes a path, and not an empty one")]
    [InlineData("sign|oci:a|--key|", "--key takes a path, and not an empty one")]
    public async Task An_empty_path_is_told_where_there_has_to_be_one(string line, string what)
    {
        CommandRun run = await PlainAsync(line.Split('|'));
        Assert.Equal(2, run.Exit);
        Assert.Contains(what, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan|none.yaml|--lock|", "NF1001")]
    [InlineData("plan|none.yaml|--cache|", "NF1001")]
    public async Task An_empty_path_is_as_none_where_none_may_be(string line, string code) =>
        Assert.Contains(code, (await PlainAsync(line.Split('|'))).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_usage_error_says_where_help_is()
    {
        Assert.Contains(
            "see 'nodeforge build kubernetes --help'",
            (await PlainAsync("build", "kubernetes")).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_format_that_is_none_is_a_usage_error_and_no_bug()
    {
        CommandRun run = await PlainAsync("version", "-o", "yaml");
        Assert.Equal(2, run.Exit);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task A_usage_error_is_one_document_when_json_was_asked_for()
    {
        CommandRun run = await PlainAsync("plan", "-o", "json");
        Assert.Equal("NF9002", JsonDocument.Parse(run.Out).RootElement.GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_version_is_text_or_a_document()
    {
        CommandRun json = await PlainAsync("version", "-o", "json");
        Assert.Equal(1, JsonDocument.Parse(json.Out).RootElement.GetProperty("schemaVersion").GetInt32());
        Assert.StartsWith("nodeforge ", (await PlainAsync("version")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -F _nodeforge nodeforge")]
    [InlineData("zsh", "compdef _nodeforge nodeforge")]
    [InlineData("fish", "complete -f -c nodeforge")]
    [InlineData("powershell", "Register-ArgumentCompleter -Native -CommandName nodeforge")]
    public async Task Each_shell_gets_its_completion(string shell, string line)
    {
        Assert.Contains(line, (await PlainAsync("completion", shell)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nodeforge build no", "node-image")]
    [InlineData("nodeforge ver", "verify")]
    [InlineData("nodeforge lock --che", "--check")]
    [InlineData("nodeforge completion ", "powershell")]
    public async Task What_the_scripts_ask_for_is_suggested(string line, string wanted)
    {
        CommandRun run = await PlainAsync($"[suggest:{line.Length}]", line);
        Assert.Contains(wanted, run.Out.Split('\n', StringSplitOptions.TrimEntries));
    }

    private static Task<CommandRun> PlainAsync(params string[] args) => CommandRoom.RunAsync(terminal: false, _ => null, args);
}
