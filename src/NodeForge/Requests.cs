using NodeForge.Images.Assembly;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>A recipe and how to read it.</summary>
/// <param name="Path">The recipe.</param>
/// <param name="LockPath">Its lock; null: beside it.</param>
/// <param name="Parameters">Values for its parameters.</param>
/// <param name="Platforms">Some of its platforms; empty for all.</param>
public sealed record RecipeRequest(string Path, string? LockPath, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<string> Platforms);

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
}

/// <summary>What a build came to.</summary>
public sealed record BuildOutcome(IReadOnlyList<BuiltImage> Images, IReadOnlyList<string> Outputs);

/// <summary>What a build of Kubernetes came to.</summary>
/// <param name="Digest">Of the plain tar.</param>
/// <param name="File">Where it was written; null: only in the cache.</param>
public sealed record TarballOutcome(Digest Digest, long Size, string? File);

/// <summary>What locking came to.</summary>
/// <param name="Path">The lock file.</param>
/// <param name="Difference">What moved; null when there was no lock before.</param>
public sealed record LockOutcome(string Path, LockDifference? Difference, RecipeLock Lock);
