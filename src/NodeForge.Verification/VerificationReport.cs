using NodeForge.Oci;

namespace NodeForge.Verification;

/// <summary>What was found when every byte of an image was read and nothing of it was run.</summary>
/// <param name="Image">What it is called.</param>
/// <param name="Platform">What it runs on; null when it could not be opened.</param>
/// <param name="ImageId">The digest of its config; null when it could not be opened.</param>
/// <param name="Manifest">The digest of its manifest; null when it could not be opened.</param>
/// <param name="Checks">In the order in which they are told; those of one group stand together.</param>
public sealed record VerificationReport(
    string Image,
    Platform? Platform,
    Digest? ImageId,
    Digest? Manifest,
    IReadOnlyList<CheckResult> Checks
)
{
    /// <summary>The version of Kubernetes in a node image; null for every other image.</summary>
    public string? KubernetesVersion { get; init; }

    /// <summary>When the image was made, as its config has it (RFC 3339).</summary>
    public string? Created { get; init; }

    /// <summary>The digest of the plan that the image says it was built by; null where it does not say.</summary>
    public Digest? Plan { get; init; }

    /// <summary>Whether the image says of itself that its clusters may ask for images that it has not.</summary>
    public bool OpenClosure { get; init; }

    /// <summary>The distribution; null where the image does not say.</summary>
    public OperatingSystemRelease? OperatingSystem { get; init; }

    /// <summary>How it differs from what it was held against; empty where nobody asked.</summary>
    public IReadOnlyList<ImageDifference> Differences { get; init; } = [];

    /// <summary>Every image that a cluster made from this one can ask for, and whether it is there.</summary>
    public IReadOnlyList<ClosureEntry> Closure { get; init; } = [];

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<VerifiedLayer> Layers { get; init; } = [];

    /// <summary>What it is made of: its packages, by dpkg and by the image's record, and what the record names besides.</summary>
    public IReadOnlyList<VerifiedComponent> Components { get; init; } = [];

    /// <summary>The files, links and devices that no component brought, as absolute paths in order: what a build wrote itself.</summary>
    public IReadOnlyList<string> UnownedFiles { get; init; } = [];

    /// <summary>Everything that is wrong or deserves a look.</summary>
    public IEnumerable<Diagnostic> Findings => Checks.SelectMany(static check => check.Findings);

    /// <summary>Whether no check failed; warnings pass.</summary>
    public bool IsSound => Checks.All(static check => check.Verdict != CheckVerdict.Failed);
}

/// <param name="Group">What the check belongs to: image, programs, versions, units, runtime, leftovers, rights, closure.</param>
/// <param name="Name">What was looked at.</param>
/// <param name="Summary">What was found, in a few words.</param>
public sealed record CheckResult(string Group, string Name, CheckVerdict Verdict, string Summary, IReadOnlyList<Diagnostic> Findings);

public enum CheckVerdict
{
    Passed,

    /// <summary>Something deserves a look, and nothing is wrong.</summary>
    Warning,

    Failed,

    /// <summary>There was nothing to look at.</summary>
    Skipped,
}

/// <summary>An image that a cluster can ask for.</summary>
/// <param name="Reference">As it is asked for, normalised.</param>
/// <param name="AskedBy">Who asks: kubeadm, containerd, a manifest.</param>
/// <param name="ImageId">What the name stands for; null when nothing answers to it.</param>
/// <param name="Size">Bytes of all its blobs.</param>
public sealed record ClosureEntry(string Reference, IReadOnlyList<string> AskedBy, ClosureState State, Digest? ImageId, long Size);

public enum ClosureState
{
    /// <summary>There, for the node's platform, to the last blob.</summary>
    Complete,

    /// <summary>The name is there, and something behind it is not.</summary>
    Incomplete,

    /// <summary>Nothing answers to the name, and nobody needs it for certain.</summary>
    Optional,

    Missing,
}

/// <param name="Title">What made it, from the history.</param>
/// <param name="Size">Bytes as stored.</param>
/// <param name="UnpackedSize">Bytes of the archive.</param>
/// <param name="Entries">How many entries the archive has.</param>
public sealed record VerifiedLayer(string Title, Digest Digest, Digest DiffId, long Size, long UnpackedSize, int Entries);

/// <param name="Version">Null where nobody says.</param>
/// <param name="Origin">The package, the address or the recipe that it comes from.</param>
public sealed record VerifiedComponent(string Name, string? Version, Digest? Digest, string Origin)
{
    /// <summary>The Debian package that it is; null for what is none.</summary>
    public DebianOrigin? Debian { get; init; }

    /// <summary>The name that a preloaded image answers to; null for what is none.</summary>
    public string? PreloadedAs { get; init; }

    /// <summary>What of the image's files, links and devices belongs to it and to nothing else, as absolute paths in order.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The module of Go that it is, or that its main package is of; null for what is not of Go.</summary>
    public string? GoModule { get; init; }

    /// <summary>The modules that a program of Go was built with, each path with its version.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> GoModules { get; init; } = [];
}

/// <param name="Architecture">all, or Debian's word for the machine.</param>
/// <param name="SourceName">The source package, by which security trackers know it.</param>
/// <param name="SourceVersion">Its version.</param>
public sealed record DebianOrigin(string Architecture, string SourceName, string SourceVersion);

/// <summary>What os-release(5) says.</summary>
/// <param name="Id">debian</param>
/// <param name="VersionId">12; null for a release that has no number yet.</param>
public sealed record OperatingSystemRelease(string Id, string? VersionId);
