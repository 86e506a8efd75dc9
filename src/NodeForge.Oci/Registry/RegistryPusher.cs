using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace NodeForge.Oci.Registry;

/// <summary>The pushing half of the registry protocol: each blob in one request, and none that is there (distribution-spec,
/// "Push").</summary>
public sealed class RegistryPusher(RegistryClient client)
{
    private readonly RegistryConnection connection = client.Connection;

    /// <summary>Pushes images with all that they name: blobs first, then manifests, the index over them after those, the tag
    /// last.</summary>
    /// <param name="images">One image, or the platforms of one under an index.</param>
    /// <param name="target">Where it goes; its tag is set last. Without a tag the digest is its only name.</param>
    /// <param name="cancellationToken">Ends it; what was pushed stays.</param>
    /// <returns>The target with the digest.</returns>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error, and what a layer cannot be read for;
    /// <see cref="ErrorCodes.ImageBlobMissing"/> before anything is sent.</exception>
    public async Task<ImageReference> PushAsync(IReadOnlyList<Image> images, ImageReference target, CancellationToken cancellationToken)
    {
        HashSet<Digest> seen = [];
        foreach ((Image image, Layer layer) in images.SelectMany(image => image.Layers, (image, layer) => (image, layer)))
            layer.RequirePresent(image.Name);
        foreach (Image image in images)
        {
            if (seen.Add(image.Id))
                await PushBlobAsync(Layer.Of(image.RawConfig), target, mountFrom: null, cancellationToken).ConfigureAwait(false);
            foreach (Layer layer in image.Layers.Where(layer => seen.Add(layer.Descriptor.Digest)))
                await PushBlobAsync(layer, target, mountFrom: null, cancellationToken).ConfigureAwait(false);
        }

        // The deepest index first: a registry may refuse one that names what it does not have.
        IEnumerable<RawDocument> indexes = images
            .SelectMany(image => image.Indexes.Select((index, depth) => (index, depth)))
            .OrderByDescending(found => found.depth)
            .Select(found => found.index);
        Descriptor root = images[0].Root;
        foreach (
            RawDocument document in images
                .Select(image => image.RawManifest)
                .Concat(indexes)
                .Where(document => seen.Add(document.Descriptor.Digest))
        )
        {
            bool last = document.Descriptor.Digest == root.Digest;
            await PutManifestAsync(
                    document.Bytes,
                    document.Descriptor.MediaType,
                    target,
                    last && target.Tag is { } tag ? tag : document.Descriptor.Digest.ToString(),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return target.At(root.Digest);
    }

    /// <summary>Pushes a manifest whose blobs are there.</summary>
    /// <param name="document">The manifest or index.</param>
    /// <param name="target">Under its digest where it has one, else under its tag.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether the registry took note of the manifest's subject, and so lists it among its referrers.</returns>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error.</exception>
    public Task<bool> PushManifestAsync(RawDocument document, ImageReference target, CancellationToken cancellationToken) =>
        PutManifestAsync(
            document.Bytes,
            document.Descriptor.MediaType,
            target,
            target.Digest?.ToString() ?? target.Tag!,
            cancellationToken
        );

    /// <summary>Whether the registry has a blob.</summary>
    public async Task<bool> HasBlobAsync(ImageReference repository, Digest digest, CancellationToken cancellationToken)
    {
        RegistryEndpoint endpoint = connection.EndpointOf(repository.Registry);
        return await HasAsync(
                endpoint,
                repository,
                endpoint.Blob(repository.Repository, digest),
                to => new(HttpMethod.Head, to),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<bool> HasAsync(
        RegistryEndpoint endpoint,
        ImageReference repository,
        Uri address,
        Func<Uri, HttpRequestMessage> request,
        CancellationToken cancellationToken
    )
    {
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, $"repository:{repository.Repository}:pull", address, request, cancellationToken)
            .ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return false;
        return response.IsSuccessStatusCode
            ? true
            : throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pushes a blob unless the registry has it.</summary>
    /// <param name="layer">A layer, or a config as one.</param>
    /// <param name="target">A reference into the repository.</param>
    /// <param name="mountFrom">A repository of the same registry that has the blob, to be taken from there; null for one that
    /// <see cref="RegistryOptions.Holders"/> knows of.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether bytes were sent.</returns>
    public async Task<bool> PushBlobAsync(Layer layer, ImageReference target, string? mountFrom, CancellationToken cancellationToken)
    {
        Descriptor blob = layer.Descriptor;
        mountFrom ??=
            connection.Options.Holders.Of(target.Registry, blob.Digest) is { } holder && holder != target.Repository ? holder : null;
        bool sent = await SendBlobAsync(layer, target, mountFrom, cancellationToken).ConfigureAwait(false);
        connection.Options.Holders.Note(target, blob.Digest);
        return sent;
    }

    private async Task<bool> SendBlobAsync(Layer layer, ImageReference target, string? mountFrom, CancellationToken cancellationToken)
    {
        Descriptor blob = layer.Descriptor;
        if (await HasBlobAsync(target, blob.Digest, cancellationToken).ConfigureAwait(false))
            return false;
        RegistryEndpoint endpoint = connection.EndpointOf(target.Registry);
        Uri? location = mountFrom is null
            ? null
            : await MountAsync(endpoint, target, blob.Digest, mountFrom, cancellationToken).ConfigureAwait(false);
        if (location is null && mountFrom is not null && await HasBlobAsync(target, blob.Digest, cancellationToken).ConfigureAwait(false))
            return false;
        location ??= (await BeginAsync(endpoint, target, cancellationToken).ConfigureAwait(false)).Location;
        Uri place = Redirects.With(location, "digest=" + blob.Digest);
        await PutAsync(
                endpoint,
                target,
                place,
                () => new BlobUpload(layer),
                () => HasBlobAsync(target, blob.Digest, cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        return true;
    }

    /// <returns>Where to send the blob, when the registry begins an upload instead; null when it says that it took the blob over, or
    /// refuses to.</returns>
    private async Task<Uri?> MountAsync(
        RegistryEndpoint endpoint,
        ImageReference target,
        Digest digest,
        string from,
        CancellationToken cancellationToken
    )
    {
        // Without "from" Quay answers an error, so a mount is asked for only with it.
        Uri address = endpoint.Uploads(target.Repository, $"?mount={digest}&from={Uri.EscapeDataString(from)}");
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, PushScope(target), address, to => new(HttpMethod.Post, to), cancellationToken)
            .ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.Accepted => Redirects.Target(endpoint, response.RequestMessage?.RequestUri ?? address, response),
            // A registry without mounts, or without the right to read there, still takes the bytes.
            HttpStatusCode.Created
            or HttpStatusCode.BadRequest
            or HttpStatusCode.Unauthorized
            or HttpStatusCode.Forbidden
            or HttpStatusCode.NotFound
            or HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.NotImplemented => null,
            _ => throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Ends an upload whose bytes are all there.</summary>
    internal Task EndAsync(
        RegistryEndpoint endpoint,
        ImageReference target,
        Uri location,
        Digest digest,
        CancellationToken cancellationToken
    ) =>
        PutAsync(
            endpoint,
            target,
            Redirects.With(location, "digest=" + digest),
            () => new ByteArrayContent([]),
            () => HasBlobAsync(target, digest, cancellationToken),
            cancellationToken
        );

    /// <returns>Where the bytes go, and how many a chunk of them has to have at least, where the registry says so.</returns>
    internal async Task<(Uri Location, int? LeastChunk)> BeginAsync(
        RegistryEndpoint endpoint,
        ImageReference target,
        CancellationToken cancellationToken
    )
    {
        Uri address = endpoint.Uploads(target.Repository);
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, PushScope(target), address, to => new(HttpMethod.Post, to), cancellationToken)
            .ConfigureAwait(false);
        // 202 by the specification; a 201 cannot mean that a blob is there of which nothing was said.
        if (!response.IsSuccessStatusCode)
            throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
        bool least = response.Headers.TryGetValues("OCI-Chunk-Min-Length", out IEnumerable<string>? values);
        return (
            Redirects.Target(endpoint, response.RequestMessage?.RequestUri ?? address, response),
            least && int.TryParse(values!.First(), NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? length : null
        );
    }

    private async Task<bool> PutManifestAsync(
        ReadOnlyMemory<byte> bytes,
        string mediaType,
        ImageReference target,
        string reference,
        CancellationToken cancellationToken
    )
    {
        RegistryEndpoint endpoint = connection.EndpointOf(target.Registry);
        Uri address = endpoint.Manifest(target.Repository, reference);
        return await PutAsync(
                endpoint,
                target,
                address,
                () =>
                {
                    ReadOnlyMemoryContent content = new(bytes);
                    content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
                    return content;
                },
                () => HasAsync(endpoint, target, address, to => ManifestAnswer.Request(HttpMethod.Head, to), cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <returns>Whether the registry took note of a subject.</returns>
    private async Task<bool> PutAsync(
        RegistryEndpoint endpoint,
        ImageReference target,
        Uri address,
        Func<HttpContent> content,
        Func<Task<bool>> isThere,
        CancellationToken cancellationToken
    )
    {
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, PushScope(target), address, to => new(HttpMethod.Put, to) { Content = content() }, cancellationToken)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
        // 201 is the specification's word for "kept"; after any other, 202 above all, it may still be at it, or wait for more.
        if (response.StatusCode != HttpStatusCode.Created && !await isThere().ConfigureAwait(false))
            throw RegistryErrors.Invalid(
                endpoint,
                "the registry took an upload and has nothing of it",
                $"status {(int)response.StatusCode}",
                address,
                "status 201"
            );
        return response.Headers.Contains("OCI-Subject");
    }

    internal static string PushScope(ImageReference target) => $"repository:{target.Repository}:pull,push";
}
