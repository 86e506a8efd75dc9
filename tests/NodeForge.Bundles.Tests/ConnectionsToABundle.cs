using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Serving;

namespace NodeForge.Bundles.Tests;

/// <summary>What clients do to the connection of a bundle that is served, by accident or not.</summary>
public sealed class ConnectionsToABundle : BundleRoom
{
    [Fact]
    public async Task Requests_follow_each_other_on_one_connection_and_may_come_at_once()
    {
        await using ServedRoom served = await ServeAsync();
        using TcpClient client = await ConnectAsync(served);
        string answers = await ExchangeAsync(
            client,
            "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n"
                + "HEAD /v2/a/manifests/1 HTTP/1.1\r\nHost: x\r\n\r\n"
                + "GET /v2/ HTTP/1.1\r\nConnection: close\r\n\r\n"
        );
        Assert.Equal(4, answers.Split("HTTP/1.1 200 OK").Length);
        Assert.Equal(3, answers.Split("{}").Length);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/2.0\r\n\r\n", 400)]
    [InlineData("GET http://x/v2/ HTTP/1.1\r\n\r\n", 400)]
    [InlineData("get /v2/ HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\nno colon\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\nX : y\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\n folded: y\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\nX: a\nY: b\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\nX: a\rb\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\nX: a\r\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.1\r\nX: a\0b\r\n\r\n", 400)]
    [InlineData("GET /v2/\nX HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /v2/ HTTP/1.0\r\n\r\n", 200)]
    [InlineData("POST /v2/a/blobs/uploads/ HTTP/1.1\r\nContent-Length: 9\r\n\r\nGET /v2/ HTTP/1.1\r\n\r\n", 405)] // a body is no request
    [InlineData("GET /v2/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200)]
    public async Task What_is_no_request_is_answered_once_and_the_connection_ends(string request, int status)
    {
        await using ServedRoom served = await ServeAsync();
        using TcpClient client = await ConnectAsync(served);
        string answer = await ExchangeAsync(client, request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(2, answer.Split("HTTP/1.1").Length);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_end_is_cut()
    {
        await using ServedRoom served = await ServeAsync();
        using TcpClient client = await ConnectAsync(served);
        string answer = await ExchangeAsync(client, "GET /v2/ HTTP/1.1\r\nX: " + new string('x', 17 << 10));
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_keeps_silent_or_takes_nothing_is_left_and_others_wait_for_the_place()
    {
        byte[] large = new byte[32 << 20]; // more than the sockets of both sides take
        using CancellationTokenSource stop = new();
        using HttpServer server = new(
            new(IPAddress.Loopback, 0),
            null,
            _ => HttpAnswer.Of(large, "text/plain"),
            _ => { },
            new()
            {
                Connections = 1,
                Idle = TimeSpan.FromMilliseconds(300),
                Stall = TimeSpan.FromSeconds(2), // a busy machine makes a good client slow, too
            }
        );
        Task serving = server.RunAsync(stop.Token);
        using TcpClient silent = new();
        await silent.ConnectAsync(server.Endpoint);
        using TcpClient taking = new(); // nothing
        await taking.ConnectAsync(server.Endpoint);
        await taking.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        using HttpClient good = new(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal(large.Length, (await good.GetByteArrayAsync(new Uri($"http://{server.Endpoint}/"))).Length);
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1]));
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_client_that_waits_gets_the_place_of_one_that_asks_nothing()
    {
        using CancellationTokenSource stop = new();
        using HttpServer server = new(
            new(IPAddress.Loopback, 0),
            null,
            _ => HttpAnswer.Of("{}"u8.ToArray(), "text/plain"),
            _ => { },
            new() { Connections = 3 }
        );
        Task serving = server.RunAsync(stop.Token);
        using TcpClient silent = new();
        await silent.ConnectAsync(server.Endpoint);
        using TcpClient slow = new();
        await slow.ConnectAsync(server.Endpoint);
        await slow.GetStream().WriteAsync("GET / HT"u8.ToArray());
        using TcpClient kept = new();
        await kept.ConnectAsync(server.Endpoint);
        await kept.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.NotEqual(0, await kept.GetStream().ReadAsync(new byte[1000]));
        List<TcpClient> held = [];
        for (int i = 0; i < 4; i++)
        {
            TcpClient next = new();
            held.Add(next);
            await next.ConnectAsync(server.Endpoint);
            await next.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            Assert.NotEqual(0, await next.GetStream().ReadAsync(new byte[1000]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        }

        held.ForEach(client => client.Dispose());
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_client_that_waits_gets_the_place_of_one_that_takes_nothing_and_not_of_one_that_takes()
    {
        byte[] large = new byte[32 << 20]; // more than the sockets of both sides take
        using CancellationTokenSource stop = new();
        using HttpServer server = new(
            new(IPAddress.Loopback, 0),
            null,
            _ => HttpAnswer.Of(large, "text/plain"),
            _ => { },
            new() { Connections = 3, Slowness = TimeSpan.FromSeconds(1) } // those of Idle and Stall, 60 s, would not be waited for
        );
        Task serving = server.RunAsync(stop.Token);
        using TcpClient taking = await AskAsync(server);
        List<TcpClient> held = [];
        for (int i = 0; i < 6; i++) // they come again and again
            held.Add(await AskAsync(server));
        using HttpClient good = new(new SocketsHttpHandler { UseProxy = false });
        Task<byte[]> answer = good.GetByteArrayAsync(new Uri($"http://{server.Endpoint}/"));
        byte[] piece = new byte[1 << 18];
        long taken = 0;
        while (!answer.IsCompleted && taken < large.Length / 2) // a piece takes less than the time that it has
        {
            taken += await taking.GetStream().ReadAsync(piece);
            await Task.Delay(100);
        }

        Assert.Equal(large.Length, (await answer.WaitAsync(TimeSpan.FromSeconds(40))).Length);
        while (await taking.GetStream().ReadAsync(piece) is > 0 and int read)
            taken += read;
        Assert.True(taken > large.Length); // all of it, and the head
        held.ForEach(client => client.Dispose());
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static async Task<TcpClient> AskAsync(HttpServer server)
    {
        TcpClient client = new();
        await client.ConnectAsync(server.Endpoint);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"u8.ToArray());
        return client;
    }

    [Fact]
    public async Task What_cannot_be_opened_is_told_in_words_and_the_connection_goes_on()
    {
        Diagnostic wrong = new(ErrorCodes.BundleRecordDamaged, "a stretch of the volume is damaged");
        string answers = await AnswersAsync(
            new HttpAnswer(200, 5, () => throw new NodeForgeException(wrong)),
            "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n"
        );
        Assert.Equal(3, answers.Split("HTTP/1.1 500 ").Length);
        Assert.Contains(wrong.What, answers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_of_an_answer_stays_in_its_line()
    {
        string answer = await AnswersAsync(
            HttpAnswer.Of("{}"u8.ToArray(), "a/b\r\nX-Evil: 1\0\n\n"),
            "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
        );
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\nX-Evil", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{}", answer, StringComparison.Ordinal);
    }

    private static async Task<string> AnswersAsync(HttpAnswer answer, string requests)
    {
        using CancellationTokenSource stop = new();
        using HttpServer server = new(new(IPAddress.Loopback, 0), null, _ => answer, _ => { }, new());
        Task serving = server.RunAsync(stop.Token);
        using TcpClient client = new();
        await client.ConnectAsync(server.Endpoint);
        string answers = await ExchangeAsync(client, requests);
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
        return answers;
    }

    [Fact]
    public async Task A_server_that_is_stopped_ends_the_connections_that_are_open()
    {
        ServedRoom served = await ServeAsync();
        using TcpClient client = await ConnectAsync(served);
        await client.GetStream().WriteAsync("GET /v2/ HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[100]));
        await served.DisposeAsync(); // waits for it
        using TcpClient late = new();
        await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync(new Uri(served.Address).Host, new Uri(served.Address).Port));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("192.0.2.1:0")] // TEST-NET: no address of this machine
    [InlineData("nowhere.example:5000")]
    public async Task Where_nobody_can_listen_is_told(string listen)
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 100)));
        NodeForgeException failed = Assert.Throws<NodeForgeException>(() =>
            BundleServer.Listen(BundleFile.Open(In("site.nfb")), listen, null, SilentReporter.Instance)
        );
        Assert.Same(ErrorCodes.BundleNotServed, failed.Diagnostics[0].Code);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        await using ServedRoom served = await ServeAsync();
        NodeForgeException failed = Assert.Throws<NodeForgeException>(() =>
            BundleServer.Listen(BundleFile.Open(In("site.nfb")), served.Host, null, SilentReporter.Instance)
        );
        Assert.Same(ErrorCodes.BundleNotServed, failed.Diagnostics[0].Code);
        using BundleServer everywhere = BundleServer.Listen(BundleFile.Open(In("site.nfb")), "*:0", null, SilentReporter.Instance);
        Assert.StartsWith("http://[::]:", everywhere.Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_TLS_and_nothing_else()
    {
        WriteCertificate("served", "registry.test");
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 100)));
        using ServerCertificate certificate = ServerCertificate.Read(In("served.crt"), In("served.key"));
        await using ServedRoom served = new(In("site.nfb"), certificate);
        Assert.StartsWith("https://", served.Address, StringComparison.Ordinal);
        X509Certificate? shown = null;
        using SocketsHttpHandler handler = new() { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, own, _, _) => (shown = own) is not null;
        using HttpClient trusting = new(handler);
        Assert.Equal("{}", await trusting.GetStringAsync(new Uri(served.Address + "/v2/")));
        Assert.Equal("CN=registry.test", shown!.Subject);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => served.GetAsync("/v2/"));
        Assert.IsType<AuthenticationException>(refused.InnerException);
        using TcpClient plain = await ConnectAsync(served);
        Assert.DoesNotContain("200", await ExchangeAsync(plain, "GET /v2/ HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("{}", await trusting.GetStringAsync(new Uri(served.Address + "/v2/"))); // nobody else was stopped
    }

    [Fact]
    public void A_key_of_another_certificate_and_what_is_none_are_refused()
    {
        WriteCertificate("one", "one.test");
        WriteCertificate("two", "two.test");
        File.WriteAllText(In("text"), "neither");
        (string, string)[] wrong = [("one.crt", "two.key"), ("one.crt", "text"), ("text", "one.key"), ("one.key", "one.crt")];
        foreach ((string certificate, string key) in wrong)
        {
            NodeForgeException failed = Assert.Throws<NodeForgeException>(() => ServerCertificate.Read(In(certificate), In(key)));
            Assert.Same(ErrorCodes.ServerCertificateUnusable, failed.Diagnostics[0].Code);
        }
    }

    private async Task<ServedRoom> ServeAsync()
    {
        await WriteAsync(In("site.nfb"), ImageOf("r.example/a:1", Noise(1, 100)));
        return new(In("site.nfb"));
    }

    private static async Task<TcpClient> ConnectAsync(ServedRoom served)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(served.Address).Port);
        return client;
    }

    /// <returns>All that comes until the connection ends.</returns>
    private static async Task<string> ExchangeAsync(TcpClient client, string request)
    {
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using MemoryStream answer = new();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
        try
        {
            await stream.CopyToAsync(answer, patience.Token);
        }
        catch (IOException)
        {
            // What nobody read is answered by a reset; what came before it counts.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private void WriteCertificate(string name, string host)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + host, key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        File.WriteAllText(In(name + ".crt"), made.ExportCertificatePem());
        File.WriteAllText(In(name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
