using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>The pulling half of the registry protocol (distribution-spec, "Pull").</summary>
/// <remarks>
/// Safe for use by several threads. Nothing is retried but for one refresh of a token: <see cref="RegistryFailure.Of"/> tells a retry
/// policy what it
/// needs. Credentials go to the registry and to the token server that it names itself, never to where it redirects, and a challenge from
/// there is not
/// answered. Whoever keeps silent is left after the times in <see cref="RegistryOptions"/>.
/// </remarks>
public sealed class RegistryClient : IDisposable
{
    private const int MostPages = 100; // of referrers: each may be as long as a manifest
    private readonly RegistryConnection connection;

    /// <param name="handler">Sends the requests; <see cref="CreateHandler"/> makes the usual one. Left open: it may serve others.</param>
    /// <param name="options">Hosts without TLS, credentials.</param>
    public RegistryClient(HttpMessageHandler handler, RegistryOptions options) => connection = new(handler, options);

    /// <summary>Which repositories have which blobs.</summary>
    public BlobHolders Holders => connection.Options.Holders;

    internal RegistryConnection Connection => connection;

    /// <summary>A handler that leaves redirects to us and decompresses nothing: digests are of the bytes as stored.</summary>
    /// <param name="proxy">The way to registries; null goes straight.</param>
    public static SocketsHttpHandler CreateHandler(IWebProxy? proxy = null) =>
        new()
        {
            Proxy = proxy,
            UseProxy = proxy is not null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a registry's address may change under a long build
            UseCookies = false,
        };

    /// <summary>Gets the manifest or index that a reference names, by its digest when it has one, else by its tag.</summary>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error; <see cref="ErrorCodes.RegistryContentMismatch"/> when the bytes are not
    /// those of the digest.</exception>
    public async Task<RawDocument> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        RegistryEndpoint endpoint = connection.EndpointOf(reference.Registry);
        Uri address = endpoint.Manifest(reference.Repository, reference.Digest?.ToString() ?? reference.Tag!);
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, PullScope(reference), address, to => ManifestAnswer.Request(HttpMethod.Get, to), cancellationToken)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
        byte[] bytes = await ManifestAnswer
            .ReadAsync(endpoint, address, response, connection.Options, cancellationToken)
            .ConfigureAwait(false);
        Descriptor descriptor = new(
            ManifestAnswer.MediaTypeOf(endpoint, address, response, bytes),
            ManifestAnswer.CheckedDigest(endpoint, address, response, reference.Digest, bytes),
            bytes.Length
        );
        return new(descriptor, bytes);
    }

    /// <summary>Gets the manifest that serves a platform, through as many indexes as it takes.</summary>
    /// <exception cref="NodeForgeException">As <see cref="GetManifestAsync(ImageReference, CancellationToken)"/>;
    /// <see cref="ErrorCodes.PlatformMissing"/>, <see cref="ErrorCodes.InvalidImageDocument"/>.</exception>
    public async Task<RawDocument> GetManifestAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        const int deepest = 4;
        RawDocument document = await GetManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        Location where = new(reference.ToString());
        for (int depth = 0; document.IsIndex; depth++)
        {
            if (depth == deepest)
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.InvalidImageDocument, $"indexes lead to indexes, more than {deepest} deep") { Where = where }
                );
            ImageIndex read = ImageDocument.ReadIndex(document.Bytes, where with { Detail = document.Descriptor.Digest.ToString() });
            Descriptor chosen = PlatformChoice.Candidates(read.Manifests, platform) is [Descriptor first, ..]
                ? first
                : throw PlatformChoice.Missing(where, platform, read.Manifests.Select(manifest => manifest.Platform).OfType<Platform>());
            document = await GetManifestAsync(reference.At(chosen.Digest), cancellationToken).ConfigureAwait(false);
        }

        _ = ImageDocument.ReadManifest(document.Bytes, where with { Detail = document.Descriptor.Digest.ToString() });
        return document;
    }

    /// <summary>Gets the manifest or index that a reference names.</summary>
    /// <returns>Null when the registry does not have it.</returns>
    /// <exception cref="NodeForgeException">As <see cref="GetManifestAsync(ImageReference, CancellationToken)"/>.</exception>
    public async Task<RawDocument?> TryGetManifestAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await GetManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException failure) when (RegistryFailure.Of(failure)?.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Asks for the manifests that name another one as their subject (distribution-spec, "Listing Referrers").</summary>
    /// <returns>Null when the registry lists none.</returns>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error; <see cref="ErrorCodes.InvalidImageDocument"/>.</exception>
    public async Task<IReadOnlyList<Descriptor>?> GetReferrersAsync(
        ImageReference repository,
        Digest subject,
        CancellationToken cancellationToken
    )
    {
        RegistryEndpoint endpoint = connection.EndpointOf(repository.Registry);
        List<Descriptor> found = [];
        Uri? address = endpoint.Referrers(repository.Repository, subject);
        for (int page = 0; address is not null && page < MostPages; page++)
        {
            using HttpResponseMessage response = await connection
                .SendAsync(endpoint, PullScope(repository), address, to => ManifestAnswer.Request(HttpMethod.Get, to), cancellationToken)
                .ConfigureAwait(false);
            if (
                response.StatusCode
                is HttpStatusCode.NotFound
                    or HttpStatusCode.MethodNotAllowed
                    or HttpStatusCode.BadRequest
                    or HttpStatusCode.NotImplemented
            )
                return null;
            if (!response.IsSuccessStatusCode)
                throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
            // A registry that does not know the address may answer with its front page.
            if (response.Content.Headers.ContentType?.MediaType != MediaTypes.Index)
                return null;
            byte[] bytes = await ManifestAnswer
                .ReadAsync(endpoint, address, response, connection.Options, cancellationToken)
                .ConfigureAwait(false);
            found.AddRange(ImageDocument.ReadIndex(bytes, new(address.ToString())).Manifests);
            address = NextPage(endpoint, address, response);
        }

        return found;
    }

    internal static Uri? NextPage(RegistryEndpoint endpoint, Uri address, HttpResponseMessage response)
    {
        if (
            !response.Headers.TryGetValues("Link", out IEnumerable<string>? links)
            || links.First() is not ['<', .. var link]
            || link.IndexOf('>', StringComparison.Ordinal) is not (> 0 and int end)
        )
            return null;
        return Uri.TryCreate(address, link[..end], out Uri? next) && endpoint.Owns(next) ? next : null;
    }

    /// <summary>Asks for the digest of a tag without getting the manifest; null when the registry does not have it or does not
    /// tell.</summary>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error.</exception>
    public async Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        RegistryEndpoint endpoint = connection.EndpointOf(reference.Registry);
        Uri address = endpoint.Manifest(reference.Repository, reference.Digest?.ToString() ?? reference.Tag!);
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, PullScope(reference), address, to => ManifestAnswer.Request(HttpMethod.Head, to), cancellationToken)
            .ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!response.IsSuccessStatusCode)
            throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
        return Digest.TryParse(ManifestAnswer.ContentDigest(response), out Digest digest) ? digest : null;
    }

    /// <summary>Begins to get a blob.</summary>
    /// <param name="repository">A reference into the repository that has it.</param>
    /// <param name="blob">Its digest and size; the stream ends with an error where it is not that.</param>
    /// <param name="offset">The first byte wanted, to go on with what an earlier try left. The registry may begin at 0 all the same; the
    /// digest is then checked,
    /// otherwise the caller has to check the whole.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error.</exception>
    public async Task<RemoteBlob> OpenBlobAsync(
        ImageReference repository,
        Descriptor blob,
        long offset,
        CancellationToken cancellationToken
    )
    {
        RegistryEndpoint endpoint = connection.EndpointOf(repository.Registry);
        Uri address = endpoint.Blob(repository.Repository, blob.Digest);
        HttpResponseMessage response = await connection
            .SendAsync(endpoint, PullScope(repository), address, to => BlobRequest(to, offset), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            if (!response.IsSuccessStatusCode)
                throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
            long start = StartOf(endpoint, address, response, offset);
            CheckLength(endpoint, address, response, blob, start);
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            connection.Options.Holders.Note(repository, blob.Digest);
            return new(response, new ExpectedStream(body, endpoint, address, blob, start, connection.Options.StallTimeout), start);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static string PullScope(ImageReference reference) => $"repository:{reference.Repository}:pull";

    private static HttpRequestMessage BlobRequest(Uri address, long offset)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        if (offset > 0)
            request.Headers.Range = new RangeHeaderValue(offset, null);
        return request;
    }

    private static long StartOf(RegistryEndpoint endpoint, Uri address, HttpResponseMessage response, long offset)
    {
        if (response.StatusCode != HttpStatusCode.PartialContent)
            return 0;
        long? from = response.Content.Headers.ContentRange?.From;
        return from == offset
            ? offset
            : throw RegistryErrors.Mismatch(
                endpoint,
                address.ToString(),
                "the registry sends another part than the one asked for",
                from is null ? "no range" : $"bytes from {from}",
                $"bytes from {offset}",
                transient: false
            );
    }

    private static void CheckLength(RegistryEndpoint endpoint, Uri address, HttpResponseMessage response, Descriptor blob, long start)
    {
        if (response.Content.Headers.ContentLength is { } length && start + length != blob.Size)
            throw RegistryErrors.Mismatch(
                endpoint,
                address.ToString(),
                "the blob is not as long as its descriptor says",
                $"{start + length} bytes ({response.Content.Headers.ContentType?.MediaType ?? "no type"})",
                $"{blob.Size} bytes",
                transient: false
            );
    }

    public void Dispose() => connection.Dispose();
}
