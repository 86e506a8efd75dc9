using NodeForge.Bundles.Format;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge;

/// <summary>What is bundled.</summary>
/// <param name="Images">Node images above all: a node image whose closure is open is refused.</param>
public sealed record BundleRequest(IReadOnlyList<ImageTransport> Images)
{
    /// <summary>The bundle's file; of volumes what they are called before <c>.001</c>. Null lists what would be in it, or in the
    /// delta, and writes nothing.</summary>
    public string? Output { get; init; }

    /// <summary>Other images, of which nothing is proven.</summary>
    public IReadOnlyList<ImageTransport> Others { get; init; } = [];

    public IReadOnlyList<string> Files { get; init; } = [];

    public string? ClusterFile { get; init; }

    /// <summary>None stand for all that are there.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    public BundleOptions Options { get; init; } = new();

    /// <summary>A bundle that the far side has, or its inventory: what is written is a delta, which carries what it lacks. Null writes the
    /// whole bundle.</summary>
    public string? Base { get; init; }
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

    /// <summary>Whose bundle it has to be; null takes the policy of this machine.</summary>
    public BundleTrustRequest? Trust { get; init; }
}

/// <param name="Images">What was written, and where.</param>
/// <param name="Files">The files that were written.</param>
public sealed record BundleLoadOutcome(IReadOnlyList<PlacedImage> Images, IReadOnlyList<string> Files);

/// <param name="Image">Its name in the bundle.</param>
/// <param name="Target">As on a command line.</param>
public sealed record PlacedImage(string Image, string Target);

/// <summary>A bundle as a registry.</summary>
/// <param name="File">The bundle.</param>
public sealed record BundleServeRequest(string File)
{
    /// <summary><c>ADDRESS:PORT</c>; <c>*</c> stands for every address, port 0 for a free one.</summary>
    public string Listen { get; init; } = "127.0.0.1:5000";

    /// <summary>A certificate in PEM; with it and <see cref="Key"/> it is served with TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>The certificate's private key, in PEM.</summary>
    public string? Key { get; init; }
}

/// <param name="Address">Where it answers.</param>
/// <param name="Images">What it has; those without a full name have none there either.</param>
public sealed record ServedBundle(string Address, IReadOnlyList<BundledImage> Images);

/// <summary>A bundle for a registry.</summary>
/// <param name="File">The bundle, whole or a delta.</param>
/// <param name="Target">A registry's, with a tag.</param>
public sealed record BundlePushRequest(string File, ImageTransport Target)
{
    /// <summary>A tag or digest of the target's repository: the image that the bundle belongs to; null for none.</summary>
    public string? Subject { get; init; }
}
