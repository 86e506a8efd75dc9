using NodeForge.Images.Fetching;
using NodeForge.TestSupport.Http;

namespace NodeForge.Images.Tests.Fetching;

public sealed class SharingAStore
{
    [Fact]
    public async Task Two_fetches_of_one_digest_are_one_download_and_the_second_says_whom_it_waits_for()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(4000);
        Source source = FetchRoom.Source(content, room.Server.Serve("/f", Replies.Drip(content, 1000, TimeSpan.FromMilliseconds(120))));

        FetchResult[] results = await Task.WhenAll(room.FetchAsync(source), room.FetchAsync(source));

        Assert.Single(room.Server.Requests);
        Assert.Equal(1, results.Sum(result => result.Fetched));
        Diagnostic waiting = Assert.Single(room.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal(ErrorCodes.Busy, waiting.Code);
        Assert.Equal($"waiting for process {Environment.ProcessId}, which fetches kubelet", waiting.What);
        Assert.Equal(content, room.Stored(content));
    }

    [Fact]
    public async Task Eight_fetchers_of_the_same_sources_agree()
    {
        await using FetchRoom room = new();
        byte[][] contents = [.. Enumerable.Range(0, 6).Select(i => FetchRoom.Bytes(3000, i))];
        Source[] sources =
        [
            .. contents.Select((content, i) => FetchRoom.Source(content, room.Server.Serve($"/{i}", Replies.File(content)))),
        ];

        FetchResult[] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => room.FetchAsync(sources)));

        Assert.Equal(6, results.Sum(result => result.Fetched));
        Assert.Equal(6, room.Server.Requests.Count);
        Assert.All(contents, content => Assert.Equal(content, room.Stored(content)));
        Assert.Empty(Directory.GetFiles(room.PartialFolder));
    }

    [Fact]
    public async Task A_lock_file_whose_holder_died_holds_nobody_up()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(10);
        Source source = FetchRoom.Source(content, room.Server.Serve("/f", Replies.File(content)));
        Directory.CreateDirectory(room.PartialFolder);
        await File.WriteAllTextAsync(Path.Combine(room.PartialFolder, source.Digest.Hex + ".lock"), "");
        await File.WriteAllTextAsync(Path.Combine(room.PartialFolder, source.Digest.Hex + ".lock.pid"), "1");
        await room.FetchAsync(source);
        Assert.Empty(room.Events.OfType<Warned>());
        Assert.Equal(content, room.Stored(content));
    }

    [Fact]
    public async Task A_disk_that_cannot_hold_it_is_told_before_the_first_byte()
    {
        await using FetchRoom room = new();
        Source huge = FetchRoom.Source([1], room.Server.Serve("/f", Replies.File([1]))) with { Size = 1L << 60 };
        Diagnostic told = Assert.Single(await room.FailAsync(huge));
        Assert.Equal(ErrorCodes.DiskFull, told.Code);
        Assert.Equal("1073741824 GiB", told.Want);
        Assert.Empty(room.Server.Requests);
    }
}
