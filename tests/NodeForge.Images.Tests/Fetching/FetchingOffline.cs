using NodeForge.Images.Fetching;

namespace NodeForge.Images.Tests.Fetching;

public sealed class FetchingOffline
{
    [Fact]
    public async Task Nothing_is_asked_and_everything_missing_is_named()
    {
        await using FetchRoom room = new();
        using HttpConnections none = new(new NoNetwork());
        SourceFetcher fetcher = new(none, null, TimeProvider.System);
        byte[] there = FetchRoom.Bytes(10, 1);
        room.Store.Write(there);
        Source[] sources =
        [
            FetchRoom.Source(there, "http://mirror.test/a"),
            FetchRoom.Source(FetchRoom.Bytes(20, 2), "http://mirror.test/b") with
            {
                Name = "b",
            },
            FetchRoom.Source(FetchRoom.Bytes(30, 3), "http://mirror.test/c") with
            {
                Name = "c",
            },
        ];

        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            fetcher.FetchAsync(sources, room.Store, room.Options with { Offline = true }, room, CancellationToken.None)
        );

        Assert.Equal(["b", "c"], failure.Diagnostics.Select(diagnostic => diagnostic.What.Split(' ')[0]));
        Assert.All(failure.Diagnostics, diagnostic => Assert.Equal(ErrorCodes.OfflineSourceMissing, diagnostic.Code));
        Assert.All(failure.Diagnostics, diagnostic => Assert.Contains("nodeforge fetch", diagnostic.Hint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_everything_there_nothing_is_asked_and_nothing_fails()
    {
        await using FetchRoom room = new();
        using HttpConnections none = new(new NoNetwork());
        byte[] there = FetchRoom.Bytes(10);
        room.Store.Write(there);
        FetchResult result = await new SourceFetcher(none, null, TimeProvider.System).FetchAsync(
            [FetchRoom.Source(there, "http://mirror.test/a")],
            room.Store,
            room.Options with
            {
                Offline = true,
            },
            room,
            CancellationToken.None
        );
        Assert.Equal(1, result.Present);
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"The network was used: {request.RequestUri}");
    }
}
