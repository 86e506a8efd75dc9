using System.Text;
using NodeForge.Engines.Images;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Engines.Tests;

public sealed class ImagesOfTheEngine
{
    [Fact]
    public async Task An_archive_is_streamed_and_the_loaded_names_come_back()
    {
        await using ScriptedEngine engine = new();
        byte[] received = [];
        engine.On(
            "POST /images/load",
            async call =>
            {
                received = await call.ReadBodyAsync();
                await call.StreamAsync([
                    Encoding.UTF8.GetBytes(
                        "{\"status\":\"Loading layer\",\"progressDetail\":{\"current\":5,\"total\":9},\"id\":\"abc\"}\r\n{\"stream\":\"Loaded"
                    ),
                    " image: node:v1\\n\"}\r\n"u8.ToArray(),
                ]);
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        List<LoadMessage> heard = [];
        IReadOnlyList<string> loaded = await client.Images.LoadAsync(
            (stream, token) => stream.WriteAsync("tar"u8.ToArray(), token).AsTask(),
            new Listener(heard),
            CancellationToken.None
        );
        Assert.Equal("tar"u8.ToArray(), received);
        Assert.Equal(["node:v1"], loaded);
        Assert.Equal(5, heard[0].ProgressDetail?.Current);
    }

    [Theory]
    [InlineData("write /layer.tar: no space left on device", "docker system prune")]
    [InlineData("archive/tar: invalid tar header", "nodeforge inspect")]
    public async Task A_load_that_the_engine_gives_up_carries_its_words(string said, string hint)
    {
        await using ScriptedEngine engine = new();
        engine.On("POST /images/load", 200, $$"""{"errorDetail":{"message":"x"},"error":"{{said}}"}""");
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic problem = await FailsAsync(() => client.Images.LoadAsync((_, _) => Task.CompletedTask, null, CancellationToken.None));
        Assert.Equal(said.Contains("space", StringComparison.Ordinal) ? ErrorCodes.DiskFull : ErrorCodes.EngineLoadFailed, problem.Code);
        Assert.Equal(said, problem.Got);
        Assert.Contains(hint, problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_the_one_who_writes_the_archive_is_not_blamed_on_the_engine()
    {
        await using ScriptedEngine engine = new();
        engine.On("POST /images/load", async call => await call.ReadBodyAsync());
        using EngineClient client = await engine.ConnectAsync();
        FileNotFoundException missing = await Assert.ThrowsAsync<FileNotFoundException>(() =>
            client.Images.LoadAsync(
                async (stream, token) =>
                {
                    await stream.WriteAsync("half"u8.ToArray(), token);
                    throw new FileNotFoundException("layer");
                },
                null,
                CancellationToken.None
            )
        );
        Assert.Equal("layer", missing.Message);
    }

    [Fact]
    public async Task An_engine_that_dies_while_it_loads_is_reported_as_lost()
    {
        await using ScriptedEngine engine = new();
        engine.On(
            "POST /images/load",
            call =>
            {
                call.Drop();
                return Task.CompletedTask;
            }
        );
        using EngineClient client = await engine.ConnectAsync();
        Diagnostic problem = await FailsAsync(() =>
            client.Images.LoadAsync(
                async (stream, token) =>
                {
                    for (int i = 0; i < 4096; i++)
                        await stream.WriteAsync(new byte[4096], token);
                },
                null,
                CancellationToken.None
            )
        );
        Assert.Equal(ErrorCodes.EngineLost, problem.Code);
        Assert.Contains("/images/load", problem.Where?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_null_and_its_removal_changes_nothing()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /images/gone/json", 404, """{"message":"No such image: gone"}""");
        engine.On("DELETE /images/gone", 404, """{"message":"No such image: gone"}""");
        using EngineClient client = await engine.ConnectAsync();
        Assert.Null(await client.Images.FindAsync("gone", CancellationToken.None));
        Assert.False(await client.Images.RemoveAsync("gone", force: true, CancellationToken.None));
    }

    [Fact]
    public async Task A_saved_image_that_breaks_off_is_an_error_and_never_a_short_archive()
    {
        await using ScriptedEngine engine = new();
        engine.On("GET /images/get", call => call.BreakOffAsync("the first bytes"u8.ToArray()));
        using EngineClient client = await engine.ConnectAsync();
        await using Stream archive = await client.Images.SaveAsync(["a:1", "b:2"], CancellationToken.None);
        Diagnostic problem = await FailsAsync(() => archive.CopyToAsync(Stream.Null));
        Assert.Equal(ErrorCodes.EngineLost, problem.Code);
        Assert.Contains("GET /images/get?names=a%3A1&names=b%3A2", engine.Requests);
    }

    private static async Task<Diagnostic> FailsAsync(Func<Task> call) =>
        (await Assert.ThrowsAsync<NodeForgeException>(call)).Diagnostics[0];

    private sealed class Listener(List<LoadMessage> heard) : IProgress<LoadMessage>
    {
        public void Report(LoadMessage value) => heard.Add(value);
    }
}
