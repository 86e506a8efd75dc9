using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.TestSupport.Http;

namespace NodeForge.Images.Tests.Fetching;

public sealed class FailingServers
{
    private static readonly byte[] Content = FetchRoom.Bytes(20_000);

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task An_error_that_may_pass_is_tried_again(int status)
    {
        await using FetchRoom room = new();
        await room.FetchAsync(
            FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(status), Replies.Status(status), Replies.File(Content)))
        );
        Assert.Equal(3, room.Server.Requests.Count);
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task Attempts_are_bounded_and_counted()
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(503)))));
        Assert.Equal(5, room.Server.Requests.Count);
        Assert.Equal(ErrorCodes.ServerFailed, told.Code);
        Assert.Contains("gave up after 5 attempts on 1 address", told.What, StringComparison.Ordinal);
        Assert.Equal("status 503 Scripted", told.Got);
    }

    [Fact]
    public async Task A_rate_limit_is_called_so()
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(429)))));
        Assert.Contains("limits the rate of requests", told.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("date")]
    public async Task Retry_after_is_honoured(string asked)
    {
        await using FetchRoom room = new();
        string header = asked == "date" ? DateTimeOffset.UtcNow.AddSeconds(2).ToString("R") : asked;
        long began = TimeProvider.System.GetTimestamp();
        await room.FetchAsync(
            FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(503, headers: ("Retry-After", header)), Replies.File(Content)))
        );
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public void Retry_after_is_at_most_a_minute_and_never_negative()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        Assert.Equal(TimeSpan.FromSeconds(60), Pauses.Asked(new(TimeSpan.FromHours(9)), now));
        Assert.Equal(TimeSpan.FromSeconds(60), Pauses.Asked(new(now.AddYears(1)), now));
        Assert.Equal(TimeSpan.Zero, Pauses.Asked(new(now.AddYears(-1)), now));
        Assert.Null(Pauses.Asked(null, now));
    }

    [Fact]
    public void Pauses_double_with_jitter_and_stay_below_half_a_minute()
    {
        for (int failures = 1; failures < 40; failures++)
        {
            double whole = Math.Min(500 * Math.Pow(2, failures - 1), 30_000);
            Assert.InRange(Pauses.Before(TimeSpan.FromMilliseconds(500), failures).TotalMilliseconds, whole / 2, whole);
        }
    }

    [Fact]
    public async Task The_next_mirror_is_asked_before_the_first_is_asked_again()
    {
        await using FetchRoom room = new();
        string first = room.Server.Serve("/first", Replies.Status(503, headers: ("Retry-After", "60")));
        string second = room.Server.Serve("/second", Replies.File(Content));
        await room.FetchAsync(FetchRoom.Source(Content, first, second));
        Assert.Equal(["/first", "/second"], room.Server.Requests.Select(request => request.Path));
    }

    [Theory]
    [InlineData(401, "NF3006")]
    [InlineData(403, "NF3006")]
    [InlineData(404, "NF3005")]
    [InlineData(410, "NF3005")]
    [InlineData(400, "NF3014")]
    [InlineData(407, "NF3012")]
    public async Task An_error_that_stays_is_not_tried_again(int status, string code)
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(status)))));
        Assert.Equal(code, told.Code.Id);
        Assert.Single(room.Server.Requests);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://host.test/x")]
    [InlineData("http://[bad/")]
    [InlineData("//")]
    [InlineData("http://")]
    [InlineData("http://host.test:99999/")]
    [InlineData("mailto:a@b.test")]
    [InlineData(null)]
    public async Task A_redirect_that_leads_nowhere_is_told_with_where_it_leads(string? location)
    {
        await using FetchRoom room = new();
        string url = room.Server.Serve("/f", Replies.Status(302, headers: location is null ? [] : [("Location", location)]));
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, url)));
        Assert.Equal((ErrorCodes.RequestRefused, url), (told.Code, told.Where!.Resource));
        Assert.Contains(location is null ? "no Location" : "Location: " + location, told.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_that_goes_on_and_on_is_left()
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Redirect("/f")))));
        Assert.Equal(ErrorCodes.RequestRefused, told.Code);
        Assert.InRange(room.Server.Requests.Count, 2, 20);
    }

    [Fact]
    public async Task Locked_packages_that_are_gone_are_named_all_at_once_with_the_two_ways_out()
    {
        await using FetchRoom room = new();
        Source[] gone =
        [
            .. Enumerable
                .Range(0, 9)
                .Select(i =>
                    FetchRoom.Source(FetchRoom.Bytes(50, i), room.Server.Serve($"/{i}", Replies.Status(404))) with
                    {
                        Name = $"pkg{i} 1.0 amd64",
                        Kind = SourceKind.DebianPackage,
                    }
                ),
        ];
        Source there = FetchRoom.Source(Content, room.Server.Serve("/f", Replies.File(Content)));

        IReadOnlyList<Diagnostic> told = await room.FailAsync([.. gone, there]);

        Assert.Equal(9, told.Count);
        Assert.All(told, diagnostic => Assert.Equal(ErrorCodes.LockedPackageGone, diagnostic.Code));
        Assert.Contains("pkg3 1.0 amd64", told[3].What, StringComparison.Ordinal);
        Assert.Contains("NODEFORGE_DEBIAN_SNAPSHOT_MIRROR", told[3].Hint, StringComparison.Ordinal);
        Assert.Contains("nodeforge lock RECIPE --update pkg3'", told[3].Hint, StringComparison.Ordinal);
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task Wrong_bytes_tell_both_digests_and_are_tried_once_more_per_mirror()
    {
        await using FetchRoom room = new();
        byte[] other = FetchRoom.Bytes(20_000, 2);
        string first = room.Server.Serve("/first", Replies.File(other));
        string second = room.Server.Serve("/second", Replies.File(other));

        IReadOnlyList<Diagnostic> told = await room.FailAsync(FetchRoom.Source(Content, first, second));

        Assert.Equal(["/first", "/first", "/second", "/second"], room.Server.Requests.Select(request => request.Path).Order());
        Assert.Equal([first, second], told.Select(diagnostic => diagnostic.Where!.Resource));
        Assert.Equal($"{Digest.Of(other)}, 20000 bytes", told[0].Got);
        Assert.Equal($"{Digest.Of(Content)}, 20000 bytes", told[0].Want);
        Assert.Equal(ExitCode.Verification, told[0].Code.ExitCode);
        Assert.DoesNotContain(Directory.GetFiles(room.PartialFolder), file => file.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mirror_with_wrong_bytes_does_not_stop_one_with_right_ones()
    {
        await using FetchRoom room = new();
        string bad = room.Server.Serve("/bad", Replies.File(FetchRoom.Bytes(20_000, 2)));
        await room.FetchAsync(FetchRoom.Source(Content, bad, room.Server.Serve("/good", Replies.File(Content))));
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task A_length_that_is_not_the_locked_one_is_refused_before_the_body_is_read()
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(
            await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.File(FetchRoom.Bytes(900_000)))))
        );
        Assert.Equal(ErrorCodes.DownloadDigestMismatch, told.Code);
        Assert.Equal("900000 bytes by the server's word", told.Got);
    }

    [Fact]
    public async Task A_body_that_does_not_end_is_cut_off_at_the_locked_length()
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(
            await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Chunked(FetchRoom.Bytes(900_000)))))
        );
        Assert.Equal("more than 20000 bytes", told.Got);
    }

    [Fact]
    public async Task A_web_page_is_shown_by_its_type_and_its_first_safe_characters()
    {
        await using FetchRoom room = new();
        string page = "<!DOCTYPE html>\u001b[31m<title>Please log in to the hotel</title>" + new string('x', 500);
        Diagnostic told = Assert.Single(
            await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(200, page, "text/html"))))
        );
        Assert.Equal(ErrorCodes.PageInsteadOfFile, told.Code);
        Assert.StartsWith("text/html: '<!DOCTYPE html> [31m<title>Please log in to the hotel</title>", told.Got, StringComparison.Ordinal);
        Assert.True(told.Got!.Length < 100);
        Assert.Single(room.Server.Requests);
    }

    [Fact]
    public async Task A_web_page_under_another_type_is_known_by_its_first_words()
    {
        await using FetchRoom room = new();
        Diagnostic told = Assert.Single(
            await room.FailAsync(
                FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Status(200, "\n <html><body>no", "application/octet-stream")))
            )
        );
        Assert.Equal(ErrorCodes.PageInsteadOfFile, told.Code);
    }

    [Fact]
    public async Task A_file_that_always_ends_early_says_at_which_byte_of_how_many()
    {
        await using FetchRoom room = new();
        Reply first = Replies.Truncated(Content, 7000);
        Reply rest = Replies.Truncated(Content, 0);
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", first, rest))));
        Assert.Equal(ErrorCodes.DownloadTruncated, told.Code);
        Assert.Contains("truncated at byte 7000 of 20000", told.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_sending_is_left_and_resumed()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { StallTimeout = TimeSpan.FromMilliseconds(300) };
        await room.FetchAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Stall(Content, 9000), Replies.File(Content))));
        Assert.Equal("bytes=9000-", room.Server.Requests[1].Header("range"));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_stall()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { StallTimeout = TimeSpan.FromMilliseconds(200), Attempts = 2 };
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Silence()))));
        Assert.Equal(ErrorCodes.DownloadStalled, told.Code);
        Assert.Contains("no answer", told.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drip_of_single_bytes_is_no_progress()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { StallTimeout = TimeSpan.FromMilliseconds(400), Attempts = 1 };
        Diagnostic told = Assert.Single(
            await room.FailAsync(
                FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Drip(Content, 1, TimeSpan.FromMilliseconds(20))))
            )
        );
        Assert.Equal(ErrorCodes.DownloadStalled, told.Code);
        Assert.Equal("less than 1024 bytes in 0.4 s", told.Got);
    }

    [Fact]
    public async Task A_slow_but_steady_server_may_take_longer_than_the_stall_timeout()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { StallTimeout = TimeSpan.FromSeconds(2) };
        long began = TimeProvider.System.GetTimestamp();
        await room.FetchAsync(
            FetchRoom.Source(Content, room.Server.Serve("/f", Replies.Drip(Content, 1000, TimeSpan.FromMilliseconds(150))))
        );
        Assert.True(TimeProvider.System.GetElapsedTime(began) > room.Options.StallTimeout);
        Assert.Single(room.Server.Requests);
    }

    [Fact]
    public async Task A_hang_up_before_the_answer_is_tried_again()
    {
        await using FetchRoom room = new();
        await room.FetchAsync(FetchRoom.Source(Content, room.Server.Serve("/f", Replies.HangUp(), Replies.File(Content))));
        Assert.Equal(Content, room.Stored(Content));
    }

    [Fact]
    public async Task A_refused_connection_is_called_so()
    {
        await using FetchRoom room = new();
        using TcpListener reserved = new(IPAddress.Loopback, 0);
        reserved.Start();
        int port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        reserved.Stop();
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, $"http://127.0.0.1:{port}/f")));
        Assert.Equal(ErrorCodes.ServerUnreachable, told.Code);
        Assert.Equal($"connection refused at port {port}", told.Got);
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_is_called_so()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { Attempts = 2 };
        // RFC 6761 section 6.4 reserves the name; no resolver may find it.
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, "http://nodeforge.invalid/f")));
        Assert.Equal(ErrorCodes.HostNotFound, told.Code);
        Assert.Contains("nodeforge.invalid", told.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_signed_is_shown_with_subject_issuer_and_dates()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        await using FetchRoom room = new();
        await using ScriptedServer secure = new(certificate);

        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, secure.Serve("/f", Replies.File(Content)))));

        Assert.Equal(ErrorCodes.TlsFailed, told.Code);
        Assert.Matches("certificate of CN=localhost, issued by CN=localhost, valid from [0-9-]+ to [0-9-]+: .*", told.Got);
        Assert.Contains("SSL_CERT_FILE", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_message_shows_the_password_of_an_address()
    {
        await using FetchRoom room = new();
        string url = room.Server.Serve("/f", Replies.Status(403)).Replace("http://", "http://user:geheim@", StringComparison.Ordinal);
        Diagnostic told = Assert.Single(await room.FailAsync(FetchRoom.Source(Content, url)));
        Assert.DoesNotContain("geheim", told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_the_network_stops_the_rest()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { Parallelism = 1, Attempts = 1 };
        Source bad = FetchRoom.Source(Content, room.Server.Serve("/bad", Replies.Status(503)));
        byte[] other = FetchRoom.Bytes(10);
        await room.FailAsync(bad, FetchRoom.Source(other, room.Server.Serve("/good", Replies.File(other))));
        Assert.Equal(["/bad"], room.Server.Requests.Select(request => request.Path));
    }
}
