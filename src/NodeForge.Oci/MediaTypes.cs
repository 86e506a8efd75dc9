namespace NodeForge.Oci;

/// <summary>The media types that we read and write (image-spec media-types.md; distribution's image manifest version 2, schema
/// 2).</summary>
public static class MediaTypes
{
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";
    public const string LayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string LayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    /// <summary>The config of an artifact that needs none: <c>{}</c> (image-spec manifest.md, "Guidance for an Empty
    /// Descriptor").</summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    // Layers that registries were asked not to hand on; engines read them as any other.
    internal const string KeptLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    internal const string KeptLayerGzip = KeptLayer + "+gzip";
    internal const string KeptLayerZstd = KeptLayer + "+zstd";
    internal const string DockerKeptLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";
    internal const string DockerKeptLayerGzip = DockerKeptLayer + ".gzip";

    public static bool IsIndex(string mediaType) => mediaType is Index or DockerManifestList;

    public static bool IsManifest(string mediaType) => mediaType is Manifest or DockerManifest;
}
