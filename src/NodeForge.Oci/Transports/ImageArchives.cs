namespace NodeForge.Oci.Transports;

/// <summary>Archives whose kind nobody says. One that is both is read as a layout, which says more.</summary>
public static class ImageArchives
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/> and other NF51xx; NF41xx for a damaged
    /// archive.</exception>
    public static IImageSource Open(string file, CancellationToken cancellationToken) => Open(ArchiveIndex.Read(file, cancellationToken));

    /// <summary>Refuses a file that begins neither as an archive nor as a packed one; cheap.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static void Check(string file) => ArchiveIndex.CheckHead(file);

    /// <summary>Opens an archive that can be read once alone, such as one that lies in another archive. Its files go into the store as they
    /// come; taking one of
    /// its images into the same store copies nothing.</summary>
    /// <param name="archive">Read to its end.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="store">Where its files go, whether an image of it will be taken or not.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">As <see cref="Open(string, CancellationToken)"/>, and
    /// <see cref="ErrorCodes.DiskFull"/>.</exception>
    public static IImageSource Take(Stream archive, string name, BlobStore store, CancellationToken cancellationToken) =>
        Open(ArchiveIndex.Take(archive, name, store, cancellationToken));

    // Docker writes a layout without images beside its own list for what has no manifest of a registry.
    private static IImageSource Open(ArchiveIndex archive) =>
        archive.Find(OciLayout.MarkerFile) is not null
        && new OciArchive(archive) is var layout
        && (!layout.IsEmpty || !DockerArchive.IsOne(archive))
            ? layout
            : new DockerArchive(archive);
}
