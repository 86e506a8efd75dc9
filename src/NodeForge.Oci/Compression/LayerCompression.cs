namespace NodeForge.Oci.Compression;

/// <summary>How a layer or an archive is compressed.</summary>
public enum LayerCompression
{
    None,
    Gzip,
    Zstd,

    /// <summary>Read only: archives and packages come in it, layers never do.</summary>
    Xz,
}
