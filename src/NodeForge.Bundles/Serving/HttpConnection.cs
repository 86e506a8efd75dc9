using System.Buffers;
using System.Globalization;
using System.Text;

namespace NodeForge.Bundles.Serving;

/// <summary>Answers the requests of one connection, one behind the other. Whoever keeps silent, or takes nothing, is left.</summary>
/// <param name="stream">To the client; with TLS where there is some.</param>
/// <param name="answer">What is said to a request.</param>
/// <param name="damaged">Hears of content that cannot be given.</param>
/// <param name="limits">How long and how much.</param>
/// <param name="idle">Knows it while it waits for its client.</param>
internal sealed class HttpConnection(
    Stream stream,
    Func<HttpQuestion, HttpAnswer> answer,
    Action<NodeForgeException> damaged,
    HttpLimits limits,
    IdleClients idle
)
{
    private const int Piece = 1 << 17;
    private readonly byte[] head = new byte[limits.LongestHead];
    private int filled;

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        while (await ReadHeadAsync(cancellationToken).ConfigureAwait(false) is { } text)
        {
            HttpQuestion? question = HttpQuestion.TryParse(text);
            HttpAnswer told = question is null
                ? HttpAnswer.Refused(400, "UNSUPPORTED", "this is no request that can be read")
                : answer(question);
            await SendAsync(told, question, cancellationToken).ConfigureAwait(false);
            if (question is not { KeepsOpen: true })
                return;
        }
    }

    /// <returns>Null where the client is done.</returns>
    private async Task<string?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.Idle);
        using IDisposable waiting = idle.Begin(patience, limits.Silence);
        while (true)
        {
            int end = head.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                string text = Encoding.Latin1.GetString(head, 0, end);
                filled -= end + 4;
                head.AsSpan(end + 4, filled).CopyTo(head);
                return text;
            }

            if (filled == head.Length)
                return "";
            int read = await stream.ReadAsync(head.AsMemory(filled), patience.Token).ConfigureAwait(false);
            if (read == 0)
                return null;
            filled += read;
        }
    }

    private async Task SendAsync(HttpAnswer told, HttpQuestion? question, CancellationToken cancellationToken)
    {
        if (question is { IsHead: true } || told.Length == 0)
        {
            await WriteAsync(HeadOf(told, question), cancellationToken).ConfigureAwait(false);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        Stream body = Stream.Null;
        try
        {
            int read;
            try
            {
                body = told.Open();
                read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (NodeForgeException wrong)
            {
                // Nothing was sent yet: it can be told in words.
                damaged(wrong);
                await SendAsync(HttpAnswer.Refused(500, "UNKNOWN", wrong.Diagnostics[0].What), question, cancellationToken)
                    .ConfigureAwait(false);
                return;
            }

            await SendAsync(told, body, buffer, read, question, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await body.DisposeAsync().ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="read">Bytes of the body that are in the buffer already.</param>
    private async Task SendAsync(
        HttpAnswer told,
        Stream body,
        byte[] buffer,
        int read,
        HttpQuestion? question,
        CancellationToken cancellationToken
    )
    {
        await WriteAsync(HeadOf(told, question), cancellationToken).ConfigureAwait(false);
        for (long left = told.Length; left > 0; )
        {
            if (read == 0)
                throw new EndOfStreamException($"the content ends {left} bytes too early");
            int count = (int)Math.Min(read, left);
            await WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            left -= count;
            if (left > 0)
                read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    private static byte[] HeadOf(HttpAnswer told, HttpQuestion? question)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {told.Status} {ReasonOf(told.Status)}\r\n");
        foreach ((string name, string value) in told.Headers)
            text.Append(CultureInfo.InvariantCulture, $"{name}: {OneLine(value)}\r\n");
        if (told.Status != 304)
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {told.Length}\r\n");
        if (question is not { KeepsOpen: true })
            text.Append("Connection: close\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    // What would end the line becomes a space (RFC 9110, section 5.5).
    private static string OneLine(string value) =>
        value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? string.Concat(value.Select(letter => letter is >= ' ' and <= '~' ? letter : ' '))
            : value;

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.Stall);
        using IDisposable waiting = idle.Begin(patience, limits.Slowness);
        await stream.WriteAsync(bytes, patience.Token).ConfigureAwait(false);
    }

    private static string ReasonOf(int status) =>
        status switch
        {
            200 => "OK",
            206 => "Partial Content",
            304 => "Not Modified",
            400 => "Bad Request",
            404 => "Not Found",
            405 => "Method Not Allowed",
            416 => "Range Not Satisfiable",
            _ => "Internal Server Error",
        };
}

/// <summary>What a client may ask of the server.</summary>
internal sealed record HttpLimits
{
    /// <summary>Bytes of a request's lines.</summary>
    public int LongestHead { get; init; } = 16 << 10;

    /// <summary>How long a request may be on its way, the wait for it and TLS's greeting among that.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a client may take for a piece of an answer.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many clients are served at once; others wait.</summary>
    public int Connections { get; init; } = 256;

    /// <summary>How long a client keeps its place without a request while others wait for one.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it keeps it for a piece of an answer that it does not take: 128 KiB in 5 seconds are 26 KB/s.</summary>
    public TimeSpan Slowness { get; init; } = TimeSpan.FromSeconds(5);
}
