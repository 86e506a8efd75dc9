using NodeForge.Oci;
using NodeForge.Oci.Layouts;
using NodeForge.Oci.Registry;

namespace NodeForge.Images.Fetching;

/// <summary>Image registries by the registry client.</summary>
public sealed class OciRegistry(RegistryClient client) : IImageRegistry
{
    public async Task<RegistryImage> ResolveAsync(string reference, Platform platform, CancellationToken cancellationToken)
    {
        RemoteImage image = await client.GetImageAsync(Parse(reference), platform, cancellationToken).ConfigureAwait(false);
        return new(image.Raw.Descriptor, image.Manifest);
    }

    public async Task<RegistryContent> OpenAsync(RegistryBlob blob, Descriptor content, long offset, CancellationToken cancellationToken)
    {
        ImageReference reference = Parse(blob.Reference);
        if (MediaTypes.IsManifest(blob.MediaType))
        {
            RemoteDocument document = await client.GetManifestAsync(reference.At(content.Digest), cancellationToken).ConfigureAwait(false);
            return new(new MemoryStream(document.Bytes.ToArray()), 0, null);
        }

        RemoteBlob opened = await client.OpenBlobAsync(reference, content, offset, cancellationToken).ConfigureAwait(false);
        return new(opened.Content, opened.Offset, opened);
    }

    private static ImageReference Parse(string reference) => ImageTransport.Parse(reference) is ImageTransport.Registry registry
        ? registry.Reference
        : throw new ArgumentException($"'{reference}' is no image of a registry.", nameof(reference));
}
