using System.IO.Pipelines;
using System.Text;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Engines.Tests;

/// <summary>What is no document of the engine's API, or does not end, is the engine's fault and told as such; what Go leaves null is as if
/// left out.</summary>
public sealed class AnswersOfAStrangeEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[7]")]
    [InlineData("""[{"Id":7}]""")]
    [InlineData("""[{"Names":"a"}]""")]
    [InlineData("""[{"Labels":{"a":7}}]""")]
    [InlineData("""[{"Created":1e400}]""")]
    [InlineData("[")]
    [InlineData("<html>")]
    public async Task A_list_of_the_wrong_form_is_told_with_the_call(string answer)
    {
        Diagnostic told = await RefusedAsync(engine => engine.On("GET /containers/json", 200, answer));
        Assert.Contains("GET /v1.41/containers/json", told.Where!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deep_lists_are_refused() =>
        await RefusedAsync(engine => engine.On("GET /containers/json", 200, new string('[', 100_000)));

    [Fact]
    public async Task A_list_without_end_is_refused_at_its_limit() =>
        await RefusedAsync(engine =>
            engine.On("GET /containers/json", call => call.StreamAsync(Endless("[", "{\"Id\":\"0123456789abcdef\"},")))
        );

    [Fact]
    public async Task A_list_of_many_empty_members_is_refused_before_they_fill_the_memory() =>
        await RefusedAsync(engine =>
            engine.On("GET /containers/json", call => call.StreamAsync([.. Endless("[", "{},").Take(12), "{}]"u8.ToArray()]))
        );

    [Fact]
    public async Task What_an_engine_tells_of_itself_without_end_is_refused_at_the_same_limit()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /info", call => call.StreamAsync(Endless("{", " ")));
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() =>
            client.ReadInformationAsync(CancellationToken.None).WaitAsync(Patience)
        );
        Assert.Equal(ErrorCodes.EngineRefused, refused.Diagnostics[0].Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_archive_that_stands_still_is_a_lost_engine(bool waitsOnAThread)
    {
        await using AnswerStream answer = Silent(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        Task<int> read = Read(answer, waitsOnAThread);
        NodeForgeException lost = await Assert.ThrowsAsync<NodeForgeException>(() => read.WaitAsync(Patience));
        Assert.Equal((ErrorCodes.EngineLost, "nothing more came for 0 s"), (lost.Diagnostics[0].Code, lost.Diagnostics[0].Got));
    }

    [Fact]
    public async Task A_read_that_waits_on_a_thread_ends_with_the_call()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));
        await using AnswerStream answer = Silent(TimeSpan.FromHours(1), stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Read(answer, waitsOnAThread: true).WaitAsync(Patience));
    }

    private static Task<int> Read(AnswerStream answer, bool waitsOnAThread) =>
        waitsOnAThread ? Task.Run(() => answer.Read(new byte[1])) : answer.ReadAsync(new byte[1]).AsTask();

    private static AnswerStream Silent(TimeSpan idle, CancellationToken stop) =>
        new(
            new Pipe().Reader.AsStream(),
            new MemoryStream(),
            failure => EngineFailure.Lost(EngineEndpoint.Parse("/e.sock", "test"), "GET /x", failure),
            idle,
            stop
        );

    [Fact]
    public async Task What_is_null_is_as_if_left_out()
    {
        await using ScriptedEngine engine = new();
        engine
            .On(
                "GET /containers/json",
                200,
                """[null,{"Id":null,"Names":[null,"/a"],"State":null,"Labels":{"x":null,"y":"z"},"Ports":[null]},{"Labels":null,"Names":null}]"""
            )
            .On(
                "GET /containers/a/json",
                200,
                """{"Id":"a","State":null,"Config":null,"NetworkSettings":{"Ports":{"80/tcp":null,"81/tcp":[null]},"Networks":{"n":null}},"Mounts":[null]}"""
            );
        using EngineClient client = await engine.ConnectAsync();
        IReadOnlyList<ContainerSummary> list = await client.Containers.ListAsync([], default);
        Assert.Equal(["a", ""], list.Select(container => container.Name));
        Assert.Equal(("", "z", 0), (list[0].State, Assert.Single(list[0].Labels).Value, list[0].Ports!.Count));
        ContainerDetails details = (await client.Containers.FindAsync("a", default))!;
        Assert.Equal(
            (false, "81/tcp", 0, 0),
            (
                details.State.Running,
                Assert.Single(details.NetworkSettings.Ports!).Key,
                details.NetworkSettings.Networks!.Count,
                details.Mounts!.Count
            )
        );
    }

    [Fact]
    public async Task Long_words_of_refusal_are_cut()
    {
        Diagnostic told = await RefusedAsync(engine => engine.On("GET /containers/json", 500, new string('x', 1 << 20)));
        Assert.True(told.Got!.Length < 5000);
    }

    [Fact]
    public async Task An_engine_that_speaks_TLS_is_told_with_the_variables_for_it()
    {
        Diagnostic told = await RefusedAsync(engine =>
            engine.On("GET /containers/json", 400, "Client sent an HTTP request to an HTTPS server.\n")
        );
        Assert.StartsWith("TLS is spoken there: set DOCKER_TLS_VERIFY=1", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_without_end_is_refused_at_its_limit()
    {
        await using ScriptedEngine engine = new();
        engine.On("POST /images/load", call => call.StreamAsync(Endless("", "{\"status\":\"Loading layer\"}\n")));
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() =>
            client.Images.LoadAsync((_, _) => Task.CompletedTask, null, default).WaitAsync(Patience)
        );
        Assert.Equal(ErrorCodes.EngineRefused, refused.Diagnostics[0].Code);
    }

    private static async Task<Diagnostic> RefusedAsync(Func<ScriptedEngine, ScriptedEngine> script)
    {
        await using ScriptedEngine engine = new();
        script(engine);
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() =>
            client.Containers.ListAsync([], CancellationToken.None).WaitAsync(Patience)
        );
        Assert.Equal(ErrorCodes.EngineRefused, refused.Diagnostics[0].Code);
        return refused.Diagnostics[0];
    }

    // Pieces of a mebibyte.
    private static IEnumerable<byte[]> Endless(string begin, string again)
    {
        yield return Encoding.UTF8.GetBytes(begin);
        byte[] piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(again, (1 << 20) / again.Length)));
        while (true)
            yield return piece;
    }
}
