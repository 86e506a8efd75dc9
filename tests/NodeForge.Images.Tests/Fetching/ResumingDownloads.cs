using FsCheck;
using FsCheck.Fluent;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.TestSupport.Http;

namespace NodeForge.Images.Tests.Fetching;

public sealed class ResumingDownloads
{
    private static readonly byte[] Content = FetchRoom.Bytes(100_000);

    [Fact]
    public async Task A_truncated_download_goes_on_at_the_byte_where_it_ended()
    {
        await using FetchRoom room = new();
        await room.FetchAsync(
            FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Truncated(Content, 30_000, "\"a\""), Replies.File(Content, "\"a\"")))
        );

        Assert.Equal(["", "bytes=30000-"], room.Server.Requests.Select(request => request.Header("range") ?? ""));
        Assert.Equal("\"a\"", room.Server.Requests[1].Header("if-range"));
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task A_reset_connection_goes_on_too()
    {
        await using FetchRoom room = new();
        await room.FetchAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Reset(Content, 30_000), Replies.File(Content))));
        Assert.Equal(2, room.Server.Requests.Count);
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task Last_modified_serves_where_the_tag_is_weak()
    {
        const string Date = "Fri, 06 Nov 2026 08:49:37 GMT";
        await using FetchRoom room = new();
        Reply first = async (exchange, cancellationToken) =>
        {
            await exchange.HeadAsync(200, [("Content-Length", "100000"), ("ETag", "W/\"a\""), ("Last-Modified", Date)], cancellationToken);
            await exchange.BodyAsync(Content.AsMemory(0, 500), cancellationToken);
            exchange.Close();
        };
        await room.FetchAsync(FetchRoom.Source(Content, room.Server.Serve("/f", first, Replies.File(Content, lastModified: Date))));
        Assert.Equal((Date, "bytes=500-"), (room.Server.Requests[1].Header("if-range"), room.Server.Requests[1].Header("range")));
    }

    [Fact]
    public async Task A_server_without_ranges_gives_the_whole_file_and_no_byte_is_there_twice()
    {
        await using FetchRoom room = new();
        Source source = FetchRoom.Source(Content, room.Server.Serve("/f", Replies.WholeFile(Content)));
        room.Begin(source, Content[..40_000]);
        await room.FetchAsync(source);
        Assert.Equal(Content, room.Stored(Content));
        Assert.Single(room.Server.Requests);
    }

    [Fact]
    public async Task A_changed_tag_means_another_file_and_the_old_bytes_are_dropped()
    {
        await using FetchRoom room = new();
        string url = room.Server.Serve("/f", Replies.Range(Content, 40_000, Content.Length, "\"new\""), Replies.File(Content, "\"new\""));
        Source source = FetchRoom.Source(Content, url);
        room.Begin(source, FetchRoom.Bytes(40_000, 7), $$"""{"Url":"{{url}}","ETag":"\u0022old\u0022","LastModified":null}""");

        await room.FetchAsync(source);

        Assert.Equal(["\"old\"", ""], room.Server.Requests.Select(request => request.Header("if-range") ?? ""));
        Assert.Equal(["bytes=40000-", ""], room.Server.Requests.Select(request => request.Header("range") ?? ""));
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task A_range_that_cannot_be_satisfied_begins_anew()
    {
        await using FetchRoom room = new();
        Source source = FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(416), Replies.File(Content)));
        room.Begin(source, Content[..99_999]);
        await room.FetchAsync(source);
        Assert.Equal(["bytes=99999-", ""], room.Server.Requests.Select(request => request.Header("range") ?? ""));
    }

    [Fact]
    public async Task A_range_that_was_not_asked_for_begins_anew()
    {
        await using FetchRoom room = new();
        Source source = FetchRoom.Source(
            Content,
            room.Server.Serve("/f", Replies.Range(Content, 10, Content.Length), Replies.File(Content))
        );
        room.Begin(source, Content[..500]);
        await room.FetchAsync(source);
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task A_partial_file_longer_than_the_source_is_dropped()
    {
        await using FetchRoom room = new();
        Source source = FetchRoom.Source(Content, room.Server.Serve("/f", Replies.File(Content)));
        room.Begin(source, FetchRoom.Bytes(100_001));
        await room.FetchAsync(source);
        Assert.Null(Assert.Single(room.Server.Requests).Header("range"));
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task A_partial_file_that_is_whole_needs_no_request()
    {
        await using FetchRoom room = new();
        Source source = FetchRoom.Source(Content, room.Server.Serve("/f", Replies.File(Content)));
        room.Begin(source, Content);
        await room.FetchAsync(source);
        Assert.Empty(room.Server.Requests);
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task A_partial_file_with_rotten_bytes_costs_one_full_download()
    {
        await using FetchRoom room = new();
        Source source = FetchRoom.Source(Content, room.Server.Serve("/f", Replies.File(Content)));
        room.Begin(source, FetchRoom.Bytes(60_000, 9));
        await room.FetchAsync(source);
        Assert.Equal(["bytes=60000-", ""], room.Server.Requests.Select(request => request.Header("range") ?? ""));
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task Another_mirror_goes_on_where_the_first_ended()
    {
        await using FetchRoom room = new();
        string first = room.Server.Serve("/first", Replies.Truncated(Content, 70_000, "\"one\""));
        string second = room.Server.Serve("/second", Replies.File(Content, "\"two\""));
        await room.FetchAsync(FetchRoom.Source(Content, first, second));
        Assert.Equal(("/second", "bytes=70000-"), (room.Server.Requests[1].Path, room.Server.Requests[1].Header("range")));
        Assert.Null(room.Server.Requests[1].Header("if-range"));
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task However_often_and_wherever_it_is_cut_the_bytes_are_the_same()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { FirstPause = TimeSpan.Zero, Attempts = 20 };
        int number = 0;
        Prop.ForAll(
                Gen.Choose(0, 3000).ArrayOf(4).ToArbitrary(),
                cuts =>
                {
                    byte[] content = FetchRoom.Bytes(3000, ++number);
                    Reply[] replies =
                    [
                        .. cuts.Select((cut, i) => i % 2 == 0 ? Replies.Truncated(content, cut) : Replies.Reset(content, cut)),
                        Replies.File(content),
                    ];
                    Source source = FetchRoom.Source(content, room.Server.Serve($"/{number}", replies));
                    room.FetchAsync(source).GetAwaiter().GetResult();
                    return room.Stored(content).AsSpan().SequenceEqual(content);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }
}
