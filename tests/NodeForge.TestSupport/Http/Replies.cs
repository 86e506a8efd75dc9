using System.Globalization;

namespace NodeForge.TestSupport.Http;

/// <summary>What servers and the boxes before them do.</summary>
public static class Replies
{
    /// <summary>A good server: ranges, If-Range, HEAD.</summary>
    public static Reply File(
        byte[] content,
        string? etag = null,
        string contentType = "application/octet-stream",
        string? lastModified = null
    ) =>
        async (exchange, cancellationToken) =>
        {
            long from = RangeStart(exchange.Request);
            string? condition = exchange.Request.Header("if-range");
            if (condition is not null && condition != etag && condition != lastModified)
                from = 0;
            List<(string, string)> headers = [("Content-Type", contentType), ("Accept-Ranges", "bytes")];
            if (etag is not null)
                headers.Add(("ETag", etag));
            if (lastModified is not null)
                headers.Add(("Last-Modified", lastModified));
            if (from >= content.Length && from > 0)
            {
                await exchange.HeadAsync(416, [("Content-Range", $"bytes */{content.Length}"), ("Content-Length", "0")], cancellationToken);
                return;
            }

            headers.Add(("Content-Length", Number(content.Length - from)));
            if (from > 0)
                headers.Add(("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}"));
            await exchange.HeadAsync(from > 0 ? 206 : 200, headers, cancellationToken);
            if (exchange.Request.Method != "HEAD")
                await exchange.BodyAsync(content.AsMemory((int)from), cancellationToken);
        };

    /// <summary>A server that knows no ranges: the whole file each time.</summary>
    public static Reply WholeFile(byte[] content) =>
        async (exchange, cancellationToken) =>
        {
            await exchange.HeadAsync(200, [("Content-Length", Number(content.Length))], cancellationToken);
            await exchange.BodyAsync(content, cancellationToken);
        };

    /// <summary>No length, chunks.</summary>
    public static Reply Chunked(byte[] content) =>
        async (exchange, cancellationToken) =>
        {
            await exchange.HeadAsync(200, [("Transfer-Encoding", "chunked")], cancellationToken);
            foreach (byte[] chunk in content.Chunk(1000))
            {
                await exchange.BodyAsync(System.Text.Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), cancellationToken);
                await exchange.BodyAsync(chunk, cancellationToken);
                await exchange.BodyAsync("\r\n"u8.ToArray(), cancellationToken);
            }

            await exchange.BodyAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
        };

    /// <summary>Announces everything from the asked byte on, sends some of it and closes.</summary>
    public static Reply Truncated(byte[] content, int sent, string? etag = null) =>
        Part(
            content,
            sent,
            etag,
            exchange =>
            {
                exchange.Close();
                return Task.CompletedTask;
            }
        );

    /// <summary>As <see cref="Truncated"/>, with a RST.</summary>
    public static Reply Reset(byte[] content, int sent, string? etag = null) =>
        Part(
            content,
            sent,
            etag,
            async exchange =>
            {
                // What was written must be on its way before the reset overtakes it.
                await Task.Delay(50);
                exchange.Reset();
            }
        );

    /// <summary>Sends some of it and then nothing, until the client leaves.</summary>
    public static Reply Stall(byte[] content, int sent, string? etag = null) =>
        async (exchange, cancellationToken) =>
        {
            await Part(content, sent, etag, _ => Task.CompletedTask)(exchange, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };

    /// <summary>Never answers.</summary>
    public static Reply Silence() => (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    /// <summary>Sends piece by piece with pauses.</summary>
    public static Reply Drip(byte[] content, int piece, TimeSpan pause) =>
        async (exchange, cancellationToken) =>
        {
            await exchange.HeadAsync(200, [("Content-Length", Number(content.Length))], cancellationToken);
            for (int at = 0; at < content.Length; at += piece)
            {
                await exchange.BodyAsync(content.AsMemory(at, Math.Min(piece, content.Length - at)), cancellationToken);
                await Task.Delay(pause, cancellationToken);
            }
        };

    /// <summary>Ends the connection without an answer.</summary>
    public static Reply HangUp() =>
        (exchange, _) =>
        {
            exchange.Close();
            return Task.CompletedTask;
        };

    public static Reply Status(
        int status,
        string body = "",
        string contentType = "text/plain",
        params (string Name, string Value)[] headers
    ) =>
        async (exchange, cancellationToken) =>
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(body);
            await exchange.HeadAsync(
                status,
                [("Content-Type", contentType), ("Content-Length", Number(bytes.Length)), .. headers],
                cancellationToken
            );
            if (exchange.Request.Method != "HEAD")
                await exchange.BodyAsync(bytes, cancellationToken);
        };

    /// <summary>Sends the client elsewhere.</summary>
    public static Reply Redirect(string location, int status = 307) => Status(status, headers: ("Location", location));

    /// <summary>Sends blanks for ever.</summary>
    public static Reply Endless(int status = 200, string contentType = "application/json") =>
        async (exchange, cancellationToken) =>
        {
            await exchange.HeadAsync(status, [("Content-Type", contentType)], cancellationToken);
            byte[] blanks = new byte[1 << 16];
            blanks.AsSpan().Fill((byte)' ');
            while (true)
                await exchange.BodyAsync(blanks, cancellationToken);
        };

    /// <summary>A partial answer that is not the asked part.</summary>
    public static Reply Range(byte[] content, long from, long total, string? etag = null) =>
        async (exchange, cancellationToken) =>
        {
            List<(string, string)> headers =
            [
                ("Content-Range", $"bytes {from}-{total - 1}/{total}"),
                ("Content-Length", Number(content.Length - from)),
            ];
            if (etag is not null)
                headers.Add(("ETag", etag));
            await exchange.HeadAsync(206, headers, cancellationToken);
            await exchange.BodyAsync(content.AsMemory((int)from), cancellationToken);
        };

    private static Reply Part(byte[] content, int sent, string? etag, Func<Exchange, Task> then) =>
        async (exchange, cancellationToken) =>
        {
            long from = RangeStart(exchange.Request);
            List<(string, string)> headers = [("Content-Length", Number(content.Length - from))];
            if (from > 0)
                headers.Add(("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}"));
            if (etag is not null)
                headers.Add(("ETag", etag));
            await exchange.HeadAsync(from > 0 ? 206 : 200, headers, cancellationToken);
            await exchange.BodyAsync(content.AsMemory((int)from, (int)Math.Min(sent, content.Length - from)), cancellationToken);
            await then(exchange);
        };

    private static long RangeStart(LoggedRequest request) =>
        request.Header("range") is { } range && range.StartsWith("bytes=", StringComparison.Ordinal)
            ? long.Parse(range[6..].Split('-')[0], CultureInfo.InvariantCulture)
            : 0;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
