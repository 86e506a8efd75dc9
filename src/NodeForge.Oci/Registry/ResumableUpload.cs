using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>Pushes one blob, however long, in chunks (distribution-spec, "Pushing a blob in chunks"): an attempt after one that broke goes
/// on with what the registry has kept.</summary>
/// <param name="client">Speaks to the registry; stays open.</param>
/// <param name="content">What is pushed.</param>
/// <param name="target">A reference into the repository.</param>
public sealed class ResumableUpload(RegistryClient client, Layer content, ImageReference target)
{
    private const int UsualChunk = 16 << 20; // bytes, held in memory while they are sent: a request may have to be sent again
    private const int LongestChunk = 128 << 20;
    private readonly RegistryConnection connection = client.Connection;
    private readonly RegistryPusher pusher = new(client);
    private Uri? place;
    private long kept;
    private int chunk = UsualChunk;

    /// <summary>Bytes that a chunk has; the registry may ask for more.</summary>
    public int ChunkSize
    {
        get => chunk;
        init => chunk = value;
    }

    /// <summary>Makes one attempt; it is called again where a failure may pass.</summary>
    /// <param name="advanced">Hears how many bytes were sent.</param>
    /// <param name="cancellationToken">Ends it; what the registry has kept stays.</param>
    /// <returns>Whether bytes were sent.</returns>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error, and what the content cannot be read for.</exception>
    public async Task<bool> RunAsync(Action<long> advanced, CancellationToken cancellationToken)
    {
        if (await pusher.HasBlobAsync(target, content.Descriptor.Digest, cancellationToken).ConfigureAwait(false))
            return false;
        RegistryEndpoint endpoint = connection.EndpointOf(target.Registry);
        if (place is null || !await ResumeAsync(endpoint, place, cancellationToken).ConfigureAwait(false))
            await BeginAsync(endpoint, cancellationToken).ConfigureAwait(false);
        try
        {
            await SendAllAsync(endpoint, advanced, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException lost)
            when (RegistryFailure.Of(lost)?.Status is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound)
        {
            // The registry has the upload no more, or another part of it than was thought; once is an accident, twice is told.
            if (!await ResumeAsync(endpoint, place!, cancellationToken).ConfigureAwait(false))
                await BeginAsync(endpoint, cancellationToken).ConfigureAwait(false);
            await SendAllAsync(endpoint, advanced, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task SendAllAsync(RegistryEndpoint endpoint, Action<long> advanced, CancellationToken cancellationToken)
    {
        Stream bytes = await content.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (bytes.ConfigureAwait(false))
        {
            await SkipAsync(bytes, kept, cancellationToken).ConfigureAwait(false);
            byte[] buffer = new byte[(int)Math.Min(chunk, Math.Max(1, content.Descriptor.Size - kept))];
            // The last bytes of wrong content are never given, so it is never whole there either.
            while (kept < content.Descriptor.Size)
            {
                int count = await bytes
                    .ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
                await SendAsync(endpoint, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                advanced(count);
            }
        }

        await pusher.EndAsync(endpoint, target, place!, content.Descriptor.Digest, cancellationToken).ConfigureAwait(false);
    }

    private async Task BeginAsync(RegistryEndpoint endpoint, CancellationToken cancellationToken)
    {
        (place, int? least) = await pusher.BeginAsync(endpoint, target, cancellationToken).ConfigureAwait(false);
        chunk = Math.Min(Math.Max(chunk, least ?? 0), LongestChunk);
        kept = 0;
    }

    /// <returns>False where the registry knows of the upload no more, or does not say how far it is.</returns>
    private async Task<bool> ResumeAsync(RegistryEndpoint endpoint, Uri at, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, RegistryPusher.PushScope(target), at, to => new(HttpMethod.Get, to), cancellationToken)
            .ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
            throw await connection.FailureAsync(endpoint, at, response, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode || KeptOf(response) is not { } told || told > content.Descriptor.Size)
            return false;
        kept = told;
        if (response.Headers.Location is not null)
            place = Redirects.Target(endpoint, response.RequestMessage?.RequestUri ?? at, response);
        return true;
    }

    private async Task SendAsync(RegistryEndpoint endpoint, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Uri at = place!;
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, RegistryPusher.PushScope(target), at, to => ChunkRequest(to, bytes), cancellationToken)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw await connection.FailureAsync(endpoint, at, response, cancellationToken).ConfigureAwait(false);
        place = Redirects.Target(endpoint, response.RequestMessage?.RequestUri ?? at, response);
        kept += bytes.Length;
        if (KeptOf(response) is { } told && told != kept)
            throw RegistryErrors.Invalid(
                endpoint,
                "the registry kept another part of the blob than it was sent",
                $"{told} bytes",
                at,
                $"{kept} bytes"
            );
    }

    private HttpRequestMessage ChunkRequest(Uri to, ReadOnlyMemory<byte> bytes)
    {
        ReadOnlyMemoryContent body = new(bytes);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        // Without a unit: it is the specification's own, and not RFC 9110's.
        body.Headers.TryAddWithoutValidation(
            "Content-Range",
            string.Create(CultureInfo.InvariantCulture, $"{kept}-{kept + bytes.Length - 1}")
        );
        return new(HttpMethod.Patch, to) { Content = body };
    }

    // "0-0" is said of nothing, too.
    private static long? KeptOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Range", out IEnumerable<string>? values)
        && values.First() is { } range
        && (range.StartsWith("bytes=", StringComparison.Ordinal) ? range[6..] : range).Split('-') is ["0", var last]
        && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long end)
            ? end == 0
                ? 0
                : end + 1
            : null;

    private static async Task SkipAsync(Stream bytes, long count, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 17];
        while (count > 0)
        {
            int read = await bytes
                .ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken)
                .ConfigureAwait(false);
            if (read == 0)
                throw new EndOfStreamException("the content is shorter than its descriptor says");
            count -= read;
        }
    }
}
