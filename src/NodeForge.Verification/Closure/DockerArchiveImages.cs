using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Transports;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Closure;

/// <summary>The images of an archive as <c>docker save</c> writes them: their manifests are made here, as containerd makes them when it
/// imports the archive.</summary>
internal sealed class DockerArchiveImages
{
    private readonly IReadOnlyDictionary<string, FoundBlob> files;
    private readonly Dictionary<Digest, FoundBlob> blobs = [];

    public DockerArchiveImages(IReadOnlyDictionary<string, FoundBlob> files, Location where)
    {
        this.files = files;
        Place = new(where, digest => blobs.GetValueOrDefault(digest), null) { HasManifests = false };
    }

    public PreloadPlace Place { get; }

    /// <returns>Of the manifest.</returns>
    public Descriptor Describe(DockerArchiveManifest image)
    {
        Manifest manifest = new()
        {
            Config = Describe(image.Config, MediaTypes.Config),
            Layers = [.. (image.Layers ?? []).Select(path => Describe(path, null))],
        };
        RawDocument document = RawDocument.Create(MediaTypes.Manifest, OciJson.Write(manifest));
        blobs[document.Descriptor.Digest] = new(document.Descriptor.Digest, document.Descriptor.Size, document.Bytes);
        return document.Descriptor;
    }

    private Descriptor Describe(string path, string? mediaType)
    {
        FoundBlob? file = files.GetValueOrDefault(path);
        // Without a digest for a name a file is what it is; what is not there is asked for by a digest that nothing has.
        Digest digest = NamedDigest(path) ?? file?.Digest ?? Digest.Of(System.Text.Encoding.UTF8.GetBytes(path));
        if (file is not null)
            blobs[digest] = file;
        return new(mediaType ?? MediaTypeOf(file?.Compression), digest, file?.Size ?? 0);
    }

    private static string MediaTypeOf(LayerCompression? compression) =>
        compression switch
        {
            LayerCompression.Gzip => MediaTypes.LayerGzip,
            LayerCompression.Zstd => MediaTypes.LayerZstd,
            _ => MediaTypes.Layer,
        };

    // HEX.json of docker before version 25, blobs/sha256/HEX since.
    private static Digest? NamedDigest(string path) =>
        Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(path), out Digest digest) ? digest : null;
}
