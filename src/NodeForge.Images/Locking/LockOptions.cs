using NodeForge.Images.Debian;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge.Images.Locking;

/// <summary>How to lock.</summary>
public sealed record LockOptions
{
    /// <summary>Takes everything anew; a word of <see cref="Update"/>.</summary>
    public const string All = "all";

    /// <summary>The digest over a recipe with everything that it includes: the lock carries that of the top recipe, and a Kubernetes
    /// build's output stands as long as its own stays.</summary>
    public required Func<Recipe, CancellationToken, Task<Digest>> DigestOf { get; init; }

    /// <summary>Packages, files, images or recipes (name or path) to take anew, or <see cref="All"/>.</summary>
    public IReadOnlyList<string> Update { get; init; } = [];

    /// <summary>Some of the recipe's platforms; empty for all. What the lock has of the others stays where the recipe asks for nothing else
    /// by now, and goes otherwise.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>SOURCE_DATE_EPOCH as the environment has it; null when it is not set.</summary>
    public string? SourceDateEpoch { get; init; }

    public SourceMirrors Mirrors { get; init; } = new(new DebianMirrors());

    public FetchOptions Fetch { get; init; } = new();

    /// <summary>The keyring for recipes that name none, absolute.</summary>
    public string Keyring { get; init; } = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>Debian's name of the architecture that toolchains run on: the building machine's, whatever they compile for.</summary>
    public string BuildArchitecture { get; init; } = DebianArchitecture.OfThisMachine;

    internal bool UpdatesAll => Update.Contains(All);

    internal bool Updates(string name) => UpdatesAll || Update.Contains(name, StringComparer.Ordinal);
}
