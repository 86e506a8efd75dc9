using NodeForge.Bundles.Format;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge;

/// <summary>What is bundled.</summary>
/// <param name="Images">Node images above all: a node image whose closure is open is refused.</param>
public sealed record BundleRequest(IReadOnlyList<ImageTransport> Images)
{
    /// <summary>The bundle's file; of volumes what they are called before <c>.001</c>. Null lists what would be in it, and writes
    /// nothing.</summary>
    public string? Output { get; init; }

    /// <summary>Other images, of which nothing is proven.</summary>
    public IReadOnlyList<ImageTransport> Others { get; init; } = [];

    public IReadOnlyList<string> Files { get; init; } = [];

    public string? ClusterFile { get; init; }

    /// <summary>None stand for all that are there.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    public BundleOptions Options { get; init; } = new();
}

/// <param name="Written">Null where nothing was to be written.</param>
public sealed record BundleOutcome(BundleIndex Index, WrittenBundle? Written);

/// <summary>What of a bundle goes where.</summary>
/// <param name="File">The bundle.</param>
/// <param name="Targets">Transports; <c>docker-daemon:</c> alone stands for the engine and every image under its own names,
/// <c>docker://HOST/</c> for a registry.</param>
public sealed record BundleLoadRequest(string File, IReadOnlyList<string> Targets)
{
    /// <summary>None stand for all.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Where the bundle's files go; null leaves them in it.</summary>
    public string? Folder { get; init; }
}

/// <param name="Images">What was written, and where.</param>
/// <param name="Files">The files that were written.</param>
public sealed record BundleLoadOutcome(IReadOnlyList<PlacedImage> Images, IReadOnlyList<string> Files);

/// <param name="Image">Its name in the bundle.</param>
/// <param name="Target">As on a command line.</param>
public sealed record PlacedImage(string Image, string Target);
