using System.Net;
using System.Net.Http.Headers;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layouts;

namespace NodeForge.Oci.Registry;

/// <summary>The pushing half of the registry protocol: each blob in one request, and none that is there (distribution-spec, "Push").</summary>
public sealed class RegistryPusher(RegistryClient client)
{
    private readonly RegistryConnection connection = client.Connection;

    /// <summary>Pushes an image or index with all that it names: blobs first, then manifests, the tag last.</summary>
    /// <param name="store">Has every blob, the documents among them.</param>
    /// <param name="root">The manifest or index.</param>
    /// <param name="target">Where it goes; its tag is set last. Without a tag the digest is its only name.</param>
    /// <param name="cancellationToken">Ends it; what was pushed stays.</param>
    /// <returns>The target with the digest.</returns>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error; <see cref="ErrorCodes.ImageBlobMissing"/> before anything is sent.</exception>
    public async Task<ImageReference> PushAsync(BlobStore store, Descriptor root, ImageReference target, CancellationToken cancellationToken)
    {
        ImageTree tree = ImageTree.Read(store, root, new(target.ToString()));
        foreach (Descriptor blob in tree.Blobs)
            await PushBlobAsync(store, blob, target, mountFrom: null, cancellationToken).ConfigureAwait(false);
        foreach (Descriptor document in tree.Documents)
        {
            byte[] bytes = store.ReadAllBytes(document.Digest);
            bool last = document.Digest == root.Digest;
            await PutManifestAsync(bytes, document.MediaType, target, last && target.Tag is { } tag ? tag : document.Digest.ToString(), cancellationToken).ConfigureAwait(false);
        }

        return target.At(root.Digest);
    }

    /// <summary>Whether the registry has a blob.</summary>
    public async Task<bool> HasBlobAsync(ImageReference repository, Digest digest, CancellationToken cancellationToken)
    {
        RegistryEndpoint endpoint = connection.EndpointOf(repository.Registry);
        Uri address = endpoint.Blob(repository.Repository, digest);
        using HttpResponseMessage response = await connection.SendAsync(endpoint, $"repository:{repository.Repository}:pull", () => new(HttpMethod.Head, address), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return false;
        return response.IsSuccessStatusCode ? true : throw await connection.FailureAsync(endpoint, address.ToString(), response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pushes a blob unless the registry has it.</summary>
    /// <param name="store">Has the blob.</param>
    /// <param name="blob">Which.</param>
    /// <param name="target">A reference into the repository.</param>
    /// <param name="mountFrom">A repository of the same registry that has the blob, to be taken from there; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether bytes were sent.</returns>
    public async Task<bool> PushBlobAsync(BlobStore store, Descriptor blob, ImageReference target, string? mountFrom, CancellationToken cancellationToken)
    {
        if (await HasBlobAsync(target, blob.Digest, cancellationToken).ConfigureAwait(false))
            return false;
        RegistryEndpoint endpoint = connection.EndpointOf(target.Registry);
        // Without "from" Quay answers an error, so a mount is asked for only with it.
        string query = mountFrom is null ? "" : $"?mount={blob.Digest}&from={Uri.EscapeDataString(mountFrom)}";
        Uri uploads = endpoint.Uploads(target.Repository, query);
        Uri location;
        using (HttpResponseMessage response = await connection.SendAsync(endpoint, PushScope(target), () => new(HttpMethod.Post, uploads), cancellationToken).ConfigureAwait(false))
        {
            if (response.StatusCode == HttpStatusCode.Created)
                return false;
            if (response.StatusCode != HttpStatusCode.Accepted)
                throw await connection.FailureAsync(endpoint, uploads.ToString(), response, cancellationToken).ConfigureAwait(false);
            location = UploadLocation(endpoint, uploads, response, blob.Digest);
        }

        await PutAsync(endpoint, target, location, () => BlobContent(store, blob), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task PutManifestAsync(byte[] bytes, string mediaType, ImageReference target, string reference, CancellationToken cancellationToken)
    {
        RegistryEndpoint endpoint = connection.EndpointOf(target.Registry);
        await PutAsync(endpoint, target, endpoint.Manifest(target.Repository, reference), () =>
        {
            ByteArrayContent content = new(bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            return content;
        }, cancellationToken).ConfigureAwait(false);
    }

    private async Task PutAsync(RegistryEndpoint endpoint, ImageReference target, Uri address, Func<HttpContent> content, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await connection.SendAsync(endpoint, PushScope(target), () => new(HttpMethod.Put, address) { Content = content() }, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw await connection.FailureAsync(endpoint, address.GetLeftPart(UriPartial.Path), response, cancellationToken).ConfigureAwait(false);
    }

    private static StreamContent BlobContent(BlobStore store, Descriptor blob)
    {
        StreamContent content = new(store.OpenVerified(blob.Digest), 1 << 17);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentLength = blob.Size;
        return content;
    }

    private static Uri UploadLocation(RegistryEndpoint endpoint, Uri uploads, HttpResponseMessage response, Digest digest)
    {
        Uri location = response.Headers.Location is { } told ? new Uri(uploads, told) : throw RegistryErrors.Invalid(endpoint, "the registry takes an upload and does not say where", "no Location", uploads.ToString());
        // The upload is authorised as the registry itself: an address elsewhere would be given the credentials.
        if (location.GetLeftPart(UriPartial.Authority) != endpoint.Address.GetLeftPart(UriPartial.Authority))
            throw RegistryErrors.Invalid(endpoint, "the registry sends an upload to another host", location.GetLeftPart(UriPartial.Path), uploads.ToString());
        return new Uri(location.AbsoluteUri + (location.Query.Length == 0 ? "?" : "&") + "digest=" + digest);
    }

    private static string PushScope(ImageReference target) => $"repository:{target.Repository}:pull,push";
}
