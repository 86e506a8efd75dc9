using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.TestSupport.Http;

namespace NodeForge.Images.Tests.Fetching;

public sealed class FetchingSources
{
    [Fact]
    public async Task A_locked_address_that_is_not_http_is_refused()
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(FetchRoom.Bytes(10), "ftp://mirror.test/f")));
        Assert.Equal((ErrorCodes.InvalidAddress, "ftp://mirror.test/f"), (told.Code, told.Where!.Resource));
    }

    [Fact]
    public async Task A_blob_of_an_image_needs_somebody_who_speaks_to_registries()
    {
        await using FetchRoom room = new();
        Source blob = FetchRoom.Source(FetchRoom.Bytes(10)) with
        {
            Image = new("docker://reg.test/pause:3.9", "application/vnd.oci.image.config.v1+json"),
        };
        Diagnostic told = Assert.Single(await room.FailAsync(blob));
        Assert.Equal((ErrorCodes.ImageRegistryMissing, "nothing here speaks to the registry of kubelet"), (told.Code, told.What));
    }

    [Fact]
    public async Task What_is_fetched_is_in_the_store_under_its_digest_and_read_only()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(300_000);

        FetchResult result = await room.FetchAsync(FetchRoom.Source(content, room.Server.Serve("/f", Replies.File(content))));

        Assert.Equal(new FetchResult(1, 300_000, 0), result);
        Assert.Equal(content, room.Stored(content));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            File.GetUnixFileMode(room.Store.PathOf(Digest.Of(content)))
        );
        Assert.Empty(Directory.GetFiles(room.PartialFolder));
    }

    [Fact]
    public async Task What_the_store_has_is_not_asked_for()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(10);
        room.Store.Write(content);

        FetchResult result = await room.FetchAsync(FetchRoom.Source(content, room.Server.Serve("/f", Replies.File(content))));

        Assert.Equal(new FetchResult(0, 0, 1), result);
        Assert.Empty(room.Server.Requests);
    }

    [Fact]
    public async Task Two_sources_of_one_digest_are_one_download()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(10);
        string url = room.Server.Serve("/f", Replies.File(content));

        await room.FetchAsync(FetchRoom.Source(content, url), FetchRoom.Source(content, url) with { Name = "again" });

        Assert.Single(room.Server.Requests);
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        await using FetchRoom room = new();
        await room.FetchAsync(FetchRoom.Source([], room.Server.Serve("/f", Replies.File([]))));
        Assert.Empty(room.Stored([]));
    }

    [Fact]
    public async Task Chunked_answers_without_a_length_are_taken()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(5000);
        await room.FetchAsync(FetchRoom.Source(content, room.Server.Serve("/f", Replies.Chunked(content))));
        Assert.Equal(content, room.Stored(content));
    }

    [Fact]
    public async Task Redirects_are_followed()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(5000);
        string target = room.Server.Serve("/target", Replies.File(content));
        await room.FetchAsync(FetchRoom.Source(content, room.Server.Serve("/f", Replies.Status(302, headers: ("Location", target)))));
        Assert.Equal(content, room.Stored(content));
    }

    [Fact]
    public async Task The_login_of_a_mirror_s_address_goes_to_that_mirror()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(5000);
        room.Server.Serve("/f", Replies.Redirect("/g"));
        room.Server.Serve("/g", Replies.File(content));
        await room.FetchAsync(
            FetchRoom.Source(content, room.Server.Address.Replace("//", "//ann:a%40b%3A%C3%A9@", StringComparison.Ordinal) + "/f")
        );
        Assert.Equal(content, room.Stored(content));
        string login = "Basic " + Convert.ToBase64String("ann:a@b:é"u8);
        Assert.Equal([login, login], room.Server.Requests.Select(request => request.Header("authorization")));
    }

    [Fact]
    public async Task The_login_of_a_mirror_s_address_goes_to_no_other_host_nor_back_from_there()
    {
        await using FetchRoom room = new();
        await using ScriptedServer other = new();
        byte[] content = FetchRoom.Bytes(5000);
        string target = room.Server.Serve("/g", Replies.File(content));
        // The other host's redirect names a login as well: it is the server's word, and nobody's password.
        string there = other.Serve("/there", Replies.Redirect(target.Replace("//", "//eve:e@", StringComparison.Ordinal)));
        room.Server.Serve("/f", Replies.Redirect(there));
        await room.FetchAsync(
            FetchRoom.Source(content, room.Server.Address.Replace("//", "//ann:secret@", StringComparison.Ordinal) + "/f")
        );
        Assert.Equal(content, room.Stored(content));
        Assert.Equal([true, false], room.Server.Requests.Select(request => request.Header("authorization") is not null));
        Assert.Null(Assert.Single(other.Requests).Header("authorization"));
    }

    [Fact]
    public async Task Several_are_fetched_at_a_time_and_no_more_than_allowed()
    {
        await using FetchRoom room = new();
        int now = 0,
            most = 0;
        Reply Counting(byte[] content) =>
            async (exchange, cancellationToken) =>
            {
                int mine = Interlocked.Increment(ref now);
                InterlockedMax(ref most, mine);
                await Task.Delay(50, cancellationToken);
                Interlocked.Decrement(ref now);
                await Replies.File(content)(exchange, cancellationToken);
            };
        Source[] sources =
        [
            .. Enumerable
                .Range(0, 12)
                .Select(i => FetchRoom.Bytes(100, i))
                .Select((content, i) => FetchRoom.Source(content, room.Server.Serve($"/{i}", Counting(content)))),
        ];

        FetchResult result = await room.FetchAsync(sources);

        Assert.Equal(12, result.Fetched);
        Assert.InRange(most, 2, 4);
    }

    [Fact]
    public async Task Each_source_is_a_step_with_its_bytes()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(1 << 20);
        await room.FetchAsync(FetchRoom.Source(content, room.Server.Serve("/f", Replies.File(content))));
        StepStarted started = Assert.Single(room.Events.OfType<StepStarted>(), step => step.IsPart);
        Assert.Equal(("kubelet", (long?)(1 << 20)), (started.Title, started.Total));
        Assert.Equal("1 MiB", Assert.Single(room.Events.OfType<StepFinished>(), step => step.IsPart).Detail);
    }

    [Fact]
    public async Task All_sources_together_are_one_step()
    {
        await using FetchRoom room = new();
        byte[][] contents = [FetchRoom.Bytes(1000, 1), FetchRoom.Bytes(24, 2)];
        await room.FetchAsync([
            .. contents.Select((content, index) => FetchRoom.Source(content, room.Server.Serve($"/{index}", Replies.File(content)))),
        ]);
        StepStarted started = Assert.Single(room.Events.OfType<StepStarted>(), step => !step.IsPart);
        Assert.Equal(("fetch 2 sources", (long?)1024), (started.Title, started.Total));
    }

    [Fact]
    public async Task The_client_says_who_it_is_and_asks_for_the_bytes_as_they_are()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(10);
        await room.FetchAsync(FetchRoom.Source(content, room.Server.Serve("/f", Replies.File(content))));
        Assert.StartsWith("nodeforge/", room.Server.Requests[0].Header("user-agent"), StringComparison.Ordinal);
        Assert.Null(room.Server.Requests[0].Header("accept-encoding"));
        Assert.Null(room.Server.Requests[0].Header("range"));
    }

    [Fact]
    public async Task A_cancelled_fetch_keeps_what_arrived()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(200_000);
        Source source = FetchRoom.Source(content, room.Server.Serve("/f", Replies.Stall(content, 50_000), Replies.File(content)));
        using CancellationTokenSource cancel = new();
        Task fetch = room.Fetcher.FetchAsync([source], room.Store, room.Options, room, cancel.Token);
        string part = Path.Combine(room.PartialFolder, source.Digest.Hex + ".part");
        while (!File.Exists(part) || new FileInfo(part).Length < 50_000)
            await Task.Delay(10);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);

        await room.FetchAsync(source);

        Assert.Equal("bytes=50000-", room.Server.Requests[1].Header("range"));
        Assert.Equal(content, room.Stored(content));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen) { }
    }
}
