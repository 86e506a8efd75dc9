using NodeForge.Oci;

namespace NodeForge.Images.Fetching;

/// <summary>What locking and fetching ask of image registries.</summary>
public interface IImageRegistry
{
    /// <summary>Finds the image that a reference names, for one platform.</summary>
    /// <param name="reference"><c>docker://…</c>, by tag or digest.</param>
    /// <param name="platform">The platform wanted; an index is followed to its manifest.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <exception cref="NodeForgeException">The registry has no such image, none for the platform, or refuses.</exception>
    Task<RegistryImage> ResolveAsync(string reference, Platform platform, CancellationToken cancellationToken);

    /// <summary>Opens a manifest or blob by digest.</summary>
    /// <param name="blob">The image and the media type.</param>
    /// <param name="content">Digest and size.</param>
    /// <param name="offset">The first byte wanted; a registry without ranges may answer from 0.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    Task<RegistryContent> OpenAsync(RegistryBlob blob, Descriptor content, long offset, CancellationToken cancellationToken);
}

/// <summary>An image of one platform.</summary>
/// <param name="Manifest">The manifest's own descriptor.</param>
/// <param name="Document">The manifest, read.</param>
public sealed record RegistryImage(Descriptor Manifest, Manifest Document);

/// <summary>Bytes on their way from a registry; the caller disposes the stream.</summary>
/// <param name="Stream">The bytes from <paramref name="StartsAt"/> on.</param>
/// <param name="StartsAt">The offset of its first byte.</param>
/// <param name="Answer">What the stream belongs to, disposed after it; null where it is all there is.</param>
public sealed record RegistryContent(Stream Stream, long StartsAt, IDisposable? Answer);
