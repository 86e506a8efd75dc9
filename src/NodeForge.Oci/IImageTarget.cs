namespace NodeForge.Oci;

/// <summary>Where images go: a layout, an archive, an engine, a registry.</summary>
public interface IImageTarget
{
    /// <summary>Writes images under their names, whole or not at all; what is there already is not written again.</summary>
    /// <param name="images">The platforms of an image share its index (<see cref="Image.Indexes"/>), and are written under it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken);
}
