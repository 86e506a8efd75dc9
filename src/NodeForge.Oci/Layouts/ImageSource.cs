using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>A layout or archive that images are taken from. Nothing in it is believed: what reaches a store was checked byte by byte.</summary>
public abstract class ImageSource
{
    private protected ImageSource(string path) => Path = path;

    /// <summary>The folder or file.</summary>
    public string Path { get; }

    /// <summary>The images in it, in the order of its index.</summary>
    public abstract IReadOnlyList<SourceImage> Images { get; }

    /// <summary>Opens what a transport names.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageLayout"/>, <see cref="ErrorCodes.NotAnImageArchive"/> and other NF51xx; NF41xx for a damaged archive;
    /// <see cref="ErrorCodes.InvalidImageTransport"/> for an engine or a registry, which are no files.</exception>
    public static ImageSource Open(ImageTransport transport, CancellationToken cancellationToken) => transport switch
    {
        ImageTransport.OciFolder folder => LayoutSource.OfFolder(folder.Folder),
        ImageTransport.OciFile file => LayoutSource.OfArchive(ArchiveIndex.Read(file.File, cancellationToken)),
        ImageTransport.DockerFile file => DockerArchiveSource.Of(ArchiveIndex.Read(file.File, cancellationToken)),
        _ => throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageTransport, "this is neither a folder nor a file") { Where = new(transport.ToString()!), Want = "oci:, oci-archive: or docker-archive:" }),
    };

    /// <summary>Opens an archive of either kind. One that is both is read as a layout, which says more.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Open"/>.</exception>
    public static ImageSource OpenArchive(string file, CancellationToken cancellationToken) => OfArchive(ArchiveIndex.Read(file, cancellationToken));

    /// <summary>Opens an archive of either kind that can be read once alone, such as one that lies in another archive. Its files go into the store as they come; importing one of
    /// its images into the same store copies nothing.</summary>
    /// <param name="archive">Read to its end, and disposed.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="store">Where its files go, whether an image of it will be imported or not.</param>
    /// <exception cref="NodeForgeException">As <see cref="Open"/>, and <see cref="ErrorCodes.DiskFull"/>.</exception>
    public static ImageSource TakeArchive(Stream archive, string name, BlobStore store, CancellationToken cancellationToken) =>
        OfArchive(ArchiveIndex.Take(archive, name, store, cancellationToken));

    // Docker writes a layout without images beside its own list for what has no manifest of a registry.
    private static ImageSource OfArchive(ArchiveIndex archive) =>
        archive.Find(OciLayout.MarkerFile) is not null && LayoutSource.OfArchive(archive) is var layout && (layout.Images.Count > 0 || !DockerArchiveSource.IsOne(archive))
            ? layout
            : DockerArchiveSource.Of(archive);

    /// <summary>The image of a name: a tag of the layout or a reference; null where there is one image. An only image without any name is called as it is asked for.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageNotFound"/>.</exception>
    public SourceImage Find(string? name)
    {
        ImageReference? reference = null;
        SourceImage[] found = name is null ? [.. Images]
            : ImageReference.TryParse(name, out reference) ? [.. Images.Where(image => image.References.Contains(reference))] : [];
        if (found.Length == 0 && name is not null)
            found = [.. Images.Where(image => image.Tag == name)];
        if (found.Length == 0 && reference is not null && Images is [{ References: [], Tag: null } nameless])
            return nameless with { References = [reference] };
        if (found.Length == 1 || (found.Length > 1 && found.Select(ContentOf).Distinct().Count() == 1))
            return found[0];
        string[] names = [.. (found.Length > 1 ? found : Images).Select(image => image.DisplayName).Distinct().Order(StringComparer.Ordinal)];
        throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageNotFound, found.Length > 1 ? "there are several images, and it is not said which" : "there is no image of this name")
        {
            Where = new(Path, Detail: name),
            Got = names.Length == 0 ? "no image" : string.Join(" ", names.Take(20)) + (names.Length > 20 ? " …" : ""),
            Mend = "name one of them",
        });
    }

    /// <summary>Takes an image into a store: layers first, the manifest last, so that nothing half-taken has a manifest.</summary>
    /// <param name="image">One of <see cref="Images"/>.</param>
    /// <param name="store">Where it goes. Blobs that are there are not written again.</param>
    /// <param name="platform">Which platform of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMissing"/>, <see cref="ErrorCodes.ImageBlobMismatch"/>, <see cref="ErrorCodes.DiffIdMismatch"/>,
    /// <see cref="ErrorCodes.PlatformMissing"/>, <see cref="ErrorCodes.InvalidImageDocument"/>, <see cref="ErrorCodes.LayerMediaTypeMismatch"/>, <see cref="ErrorCodes.LayerUnreadable"/>.</exception>
    public Task<ImportedImage> ImportAsync(SourceImage image, BlobStore store, Platform platform, CancellationToken cancellationToken) =>
        Task.Run(() => Import(image, store, platform, cancellationToken), cancellationToken);

    /// <summary>Reads an image's documents, and none of its layers.</summary>
    /// <returns>Null when it is not there for the platform.</returns>
    /// <exception cref="NodeForgeException">As <see cref="ImportAsync"/>, as far as documents and the layers' sizes are concerned.</exception>
    public abstract ViewedImage? View(SourceImage image, Platform platform);

    /// <summary>Looks an image up without taking it: its documents are read and checked, its layers are to be read by whoever wants them.</summary>
    /// <param name="image">One of <see cref="Images"/>.</param>
    /// <param name="platform">Which platform of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">As <see cref="ImportAsync"/>; what is wrong with a layer's bytes is told when they are read.</exception>
    public Task<OfferedImage> OfferAsync(SourceImage image, Platform platform, CancellationToken cancellationToken) =>
        Task.Run(() => Offer(image, platform, cancellationToken), cancellationToken);

    private protected abstract ImportedImage Import(SourceImage image, BlobStore store, Platform platform, CancellationToken cancellationToken);

    private protected abstract OfferedImage Offer(SourceImage image, Platform platform, CancellationToken cancellationToken);

    /// <summary>Equal for images that are one under several names.</summary>
    private protected abstract string ContentOf(SourceImage image);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageReference"/>, with the place of the image that is called so.</exception>
    private protected static ImageReference ReadName(string name, Location where) => ImageReference.TryParse(name, out ImageReference? reference, out string? problem)
        ? reference
        : throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageReference, "the image has a name that containerd would refuse: " + problem)
        {
            Where = where,
            Got = Printable.Escape(name),
            Want = "[REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST]",
            Mend = "have the image saved anew under another name",
        });

    private protected static void CheckLayers(IReadOnlyList<Descriptor> layers, ImageConfig config, Location where)
    {
        if (layers.Count != config.RootFs.DiffIds.Count)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.DiffIdMismatch, "the manifest has another number of layers than the image config has diff IDs") { Where = where, Got = $"{layers.Count} layers", Want = $"{config.RootFs.DiffIds.Count}", Mend = ErrorCodes.DiffIdMismatch.Remedy });
    }

    private protected static void CheckDiffId(ImportedLayer layer, Digest wanted, Location where)
    {
        if (layer.DiffId != wanted)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says") { Where = where, Got = layer.DiffId.ToString(), Want = wanted.ToString(), Mend = ErrorCodes.DiffIdMismatch.Remedy });
    }
}
