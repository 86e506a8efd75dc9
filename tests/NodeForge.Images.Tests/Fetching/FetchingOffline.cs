using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Oci;

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

    [Theory]
    [InlineData(null)]
    [InlineData("20261101T000000Z")]
    public async Task Packages_that_are_there_need_no_mirror_that_is_known(string? snapshot)
    {
        await using FetchRoom room = new();
        using HttpConnections none = new(new NoNetwork());
        SourceFetcher fetcher = new(none, null, TimeProvider.System);
        byte[] there = FetchRoom.Bytes(10);
        room.Store.Write(there);
        Assert.Equal(1, (await FetchAsync(Package(there), offline: false)).Present);

        Source missing = Package(FetchRoom.Bytes(20, 2));
        Assert.Equal(
            snapshot is null ? ErrorCodes.DebianMirrorUnknown : ErrorCodes.SnapshotMirrorUnknown,
            (await FailureAsync(missing, offline: false)).Code
        );
        Diagnostic told = await FailureAsync(missing, offline: true);
        Assert.Equal((ErrorCodes.OfflineSourceMissing, "tar 1.34 amd64"), (told.Code, told.Where!.Resource));

        Source Package(byte[] content) =>
            new("tar 1.34 amd64", Digest.Of(content), content.Length)
            {
                Urls = new DebianMirrors().UrlsOf("bookworm", "pool/main/t/tar/tar_1.34_amd64.deb", snapshot, epoch: 0),
            };

        Task<FetchResult> FetchAsync(Source source, bool offline) =>
            fetcher.FetchAsync([source], room.Store, room.Options with { Offline = offline }, room, CancellationToken.None);

        async Task<Diagnostic> FailureAsync(Source source, bool offline) =>
            Assert.Single((await Assert.ThrowsAsync<NodeForgeException>(() => FetchAsync(source, offline))).Diagnostics);
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"The network was used: {request.RequestUri}");
    }
}
