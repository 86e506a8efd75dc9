using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Images.Fetching;

/// <summary>One address of a source.</summary>
internal sealed class HttpOrigin(HttpConnections connections, HttpFailures failures, FetchOptions options, Source source, Uri address)
    : IContentOrigin
{
    public string Address => address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    public async Task<OpenedContent> OpenAsync(long from, PartialMarks? marks, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(from, marks);
        HttpResponseMessage answer = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => await ContentAsync(answer, 0, answer.Content.Headers.ContentLength, cancellationToken)
                    .ConfigureAwait(false),
                HttpStatusCode.PartialContent when from > 0 => await RestAsync(answer, from, marks, cancellationToken)
                    .ConfigureAwait(false),
                _ => throw failures.Answered(source, address, answer),
            };
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private HttpRequestMessage Request(long from, PartialMarks? marks)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        if (from == 0)
            return request;
        request.Headers.Range = new RangeHeaderValue(from, null);
        // Another mirror has other tags for the same bytes: only the one that gave a tag can be asked by it. The digest decides in the end.
        if (marks?.Url == Address && (marks.ETag ?? marks.LastModified) is { } validator)
            request.Headers.TryAddWithoutValidation("If-Range", validator);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using Pace pace = new(options, cancellationToken);
        try
        {
            return await connections.SendAsync(request, pace.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw failures.Unanswered(address, failure);
        }
        catch (OperationCanceledException) when (pace.Stalled)
        {
            throw HttpFailures.Stalled(source, Address, null, options);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The connect timeout of the handler.
            throw failures.Unanswered(
                address,
                new HttpRequestException(HttpRequestError.ConnectionError, "no connection in time", failure)
            );
        }
    }

    private async Task<OpenedContent> RestAsync(
        HttpResponseMessage answer,
        long from,
        PartialMarks? marks,
        CancellationToken cancellationToken
    )
    {
        ContentRangeHeaderValue? range = answer.Content.Headers.ContentRange;
        PartialMarks now = Marks(answer);
        bool changed = marks is { ETag: { } before } && marks.Url == Address && now.ETag is { } after && before != after;
        if (range?.From != from || changed || (range.Length is { } whole && whole != source.Size))
        {
            throw new TransferFailure(
                new Diagnostic(ErrorCodes.RequestRefused, $"the server has another {source.Name} than the one that was begun")
                {
                    Where = new(Address),
                    Got = changed ? $"entity tag {now.ETag}" : $"range {range?.ToString() ?? "none"}",
                    Want = changed ? marks!.ETag : $"bytes {from}-{source.Size - 1}/{source.Size}",
                    Hint = "run again: the download starts over",
                }
            )
            {
                DropPartial = true,
                Restart = true,
            };
        }

        return await ContentAsync(answer, from, range.Length, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OpenedContent> ContentAsync(
        HttpResponseMessage answer,
        long startsAt,
        long? total,
        CancellationToken cancellationToken
    )
    {
        Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new(stream, startsAt, Marks(answer), answer) { Total = total, ContentType = answer.Content.Headers.ContentType?.MediaType };
    }

    private PartialMarks Marks(HttpResponseMessage answer) =>
        new(Address, answer.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null, answer.Content.Headers.LastModified?.ToString("R"));
}
