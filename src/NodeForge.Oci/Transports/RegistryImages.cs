using System.Diagnostics.CodeAnalysis;
using NodeForge.Oci.Registry;

namespace NodeForge.Oci.Transports;

/// <summary>What a reference names in a registry, as a source and as a target.</summary>
/// <param name="client">Speaks to the registry; stays open.</param>
/// <param name="reference">A tag or a digest.</param>
public sealed class RegistryImages(RegistryClient client, ImageReference reference) : IImageSource, IImageTarget
{
    private RawDocument? root;

    internal static TransportRoom Room { get; } = new("docker", TransportForm.RemoteReference)
    {
        Open = (place, host, _) => Task.FromResult<IImageSource>(new RegistryImages(host.Registry(place), place.Reference!)),
        Target = (place, host) => new RegistryImages(host.Registry(place), place.Reference!),
    };

    public string Place => reference.Registry;

    public ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) => new([new(reference.ToString(), [reference], Tag: null)]);

    public async ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken)
    {
        root ??= await client.GetManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        return [root.Descriptor];
    }

    // A registry is asked once for a blob: when it is wanted.
    public ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken) => new(blob.Size);

    [SuppressMessage("Reliability", "CA2000", Justification = "The stream that is returned owns the exchange.")]
    public async ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Digest == root?.Descriptor.Digest)
            return new MemoryStream(root.Bytes.ToArray(), writable: false);
        if (MediaTypes.IsIndex(blob.MediaType) || MediaTypes.IsManifest(blob.MediaType))
            return new MemoryStream((await client.GetManifestAsync(reference.At(blob.Digest), cancellationToken).ConfigureAwait(false)).Bytes.ToArray(), writable: false);
        return (await client.OpenBlobAsync(reference, blob, 0, cancellationToken).ConfigureAwait(false)).AsStream();
    }

    public Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken) => new RegistryPusher(client).PushAsync(images, reference, cancellationToken);
}
