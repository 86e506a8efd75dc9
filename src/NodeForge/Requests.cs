using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>What is locked.</summary>
/// <param name="Recipe">The recipe; of its platforms all, unless some are named.</param>
public sealed record LockRequest(RecipeRequest Recipe)
{
    /// <summary>Packages, files, images and parts whose newest is taken; <c>all</c> for everything.</summary>
    public IReadOnlyList<string> Update { get; init; } = [];

    /// <summary>Writes nothing, and fails for each thing that would move.</summary>
    public bool Check { get; init; }

    /// <summary>Builds the locked recipe too, and writes into the lock what it must come out as from now on: the Kubernetes that it
    /// compiles, and its image.</summary>
    public bool Record { get; init; }
}

/// <summary>What locking came to.</summary>
/// <param name="Path">The lock file.</param>
/// <param name="Difference">What moved; null when there was no lock before.</param>
public sealed record LockOutcome(string Path, LockDifference? Difference, RecipeLock Lock);

/// <summary>A build: what, and where to.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Kind">The kind that it must be of: BaseImage, NodeImage, ContainerImage.</param>
public sealed record BuildRequest(RecipeRequest Recipe, string Kind)
{
    /// <summary>Transports, registries among them; with none the image stays in the cache.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>none, gzip or zstd.</summary>
    public string Compression { get; init; } = "none";

    /// <summary>What the image is called where an output does not say.</summary>
    public string? Tag { get; init; }

    public bool Offline { get; init; }

    /// <summary>Makes a node image though its clusters can ask for images that it has not; it says so in its record.</summary>
    public bool AllowOpenClosure { get; init; }

    /// <summary>Where finished work of others is looked for, and one's own is left.</summary>
    public SharedCacheRequest Cache { get; init; } = SharedCacheRequest.None;

    /// <summary>Archives and layouts that a node image preloads beside what its recipe lists: what was made a moment ago, and no lock can
    /// know.</summary>
    public IReadOnlyList<string> Preloads { get; init; } = [];
}

/// <summary>What a build came to.</summary>
public sealed record BuildOutcome(IReadOnlyList<Image> Images, IReadOnlyList<string> Outputs);

/// <summary>A build of Kubernetes alone, for one platform.</summary>
/// <param name="Recipe">A recipe of kind KubernetesBuild.</param>
public sealed record TarballRequest(RecipeRequest Recipe)
{
    /// <summary>Where the server tarball is written; null leaves it in the cache.</summary>
    public string? File { get; init; }

    public bool Offline { get; init; }
}

/// <summary>What a build of Kubernetes came to.</summary>
/// <param name="Digest">Of the plain tar.</param>
/// <param name="Size">Bytes of the plain tar.</param>
/// <param name="File">Where it was written; null: only in the cache.</param>
public sealed record TarballOutcome(Digest Digest, long Size, string? File);
