using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>Locks an image of a registry by its digest, with the blobs that it has for a platform.</summary>
/// <param name="registry">Null where nobody speaks to registries.</param>
internal sealed class ImageLocker(RegistryClient? registry, LockOptions options, TimeProvider time)
{
    /// <exception cref="NodeForgeException">An NF32xx error; <see cref="ErrorCodes.PlatformMissing"/>.</exception>
    public async Task<LockedImage> LockAsync(ImageSource image, Platform platform, CancellationToken cancellationToken)
    {
        if (registry is null)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageRegistryMissing, $"nothing here speaks to the registry of {image.Text}")
            );
        string reference =
            image.Digest is { } digest && !image.Text.Contains('@', StringComparison.Ordinal) ? $"{image.Text}@{digest}" : image.Text;
        RawDocument found = await RegistryRetries
            .RunAsync(() => ResolveAsync(registry, reference, platform, cancellationToken), options.Fetch, time, cancellationToken)
            .ConfigureAwait(false);
        Manifest manifest = ImageDocument.ReadManifest(found.Bytes, new(reference, Detail: found.Descriptor.Digest.ToString()));
        return new(
            image.Text,
            found.Descriptor.Digest,
            [
                .. manifest
                    .Layers.Prepend(manifest.Config)
                    .Prepend(found.Descriptor)
                    .Select(blob => new LockedBlob(blob.MediaType, blob.Digest, blob.Size)),
            ]
        );
    }

    // A mirror that has no such image, or does not answer, is no reason to give up; one that sends other bytes than it says is.
    private async Task<RawDocument> ResolveAsync(
        RegistryClient images,
        string reference,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<string> places = options.Mirrors.ReferencesOf(reference);
        foreach (string mirror in places.SkipLast(1))
        {
            try
            {
                return await images
                    .GetManifestAsync(ImageTransport.Parse(mirror).Reference!, platform, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (NodeForgeException away) when (away.ExitCode == ExitCode.Network) { }
        }

        return await images
            .GetManifestAsync(ImageTransport.Parse(places[^1]).Reference!, platform, cancellationToken)
            .ConfigureAwait(false);
    }
}
