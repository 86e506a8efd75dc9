using NodeForge.Oci;

namespace NodeForge.Images.Fetching;

/// <summary>Something to fetch, by digest.</summary>
/// <param name="Name">What a person calls it: the package, the file, the image and the blob of it.</param>
/// <param name="Digest">SHA-256 of the content; the store keeps it under this name.</param>
/// <param name="Size">Bytes.</param>
public sealed record Source(string Name, Digest Digest, long Size)
{
    public SourceKind Kind { get; init; }

    /// <summary>Where it may be had, absolute http or https addresses, the first one first. Empty for a blob of a registry. Found out when
    /// it is asked for: what the store has needs no mirror that is known.</summary>
    public IEnumerable<string> Urls { get; init; } = [];

    /// <summary>The image that a blob belongs to; null for everything else.</summary>
    public RegistryBlob? Image { get; init; }
}

/// <summary>A blob or manifest of an image.</summary>
/// <param name="Reference">As the lock has it, with its transport.</param>
/// <param name="MediaType">Tells manifests from blobs: a registry serves them at different addresses.</param>
public sealed record RegistryBlob(string Reference, string MediaType)
{
    /// <summary>The same image elsewhere, <c>docker://…</c>, asked before its own registry.</summary>
    public IEnumerable<string> Mirrors { get; init; } = [];
}

/// <summary>What a source is; it decides what a person is told to do when it is gone.</summary>
public enum SourceKind
{
    File,
    DebianPackage,
    DebianSourceFile,
    ImageBlob,
}
