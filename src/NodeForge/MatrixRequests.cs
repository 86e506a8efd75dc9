using NodeForge.Matrices;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>Which locks are written.</summary>
/// <param name="File">The matrix.</param>
public sealed record MatrixLockRequest(string File)
{
    /// <summary>Takes the newest of everything; what the locks have so far counts for nothing.</summary>
    public bool Renew { get; init; }

    /// <summary>Writes nothing, and fails for each thing that would move.</summary>
    public bool Check { get; init; }
}

/// <summary>What locking a matrix came to, image by image.</summary>
public sealed record MatrixLockOutcome(IReadOnlyList<LockOutcome> Locks);

/// <summary>What of a matrix is built, and how.</summary>
/// <param name="File">The matrix.</param>
public sealed record MatrixBuildRequest(string File)
{
    /// <summary>Transports instead of the matrix's own, <c>{image}</c> for an image's name.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>These cells only, as <see cref="MatrixCell.ToString"/> writes them; none stand for all. An image that lacks a platform then
    /// is written nowhere.</summary>
    public IReadOnlyList<string> Cells { get; init; } = [];

    /// <summary>none, gzip or zstd.</summary>
    public string Compression { get; init; } = "none";

    /// <summary>How many cells are built at a time; null: as many as cores and memory are for.</summary>
    public int? Jobs { get; init; }

    public bool Offline { get; init; }

    /// <summary>Makes node images though their clusters can ask for images that they have not; they say so in their records.</summary>
    public bool AllowOpenClosure { get; init; }

    /// <summary>Where finished work of others is looked for, and one's own is left.</summary>
    public SharedCacheRequest Cache { get; init; } = SharedCacheRequest.None;
}

/// <summary>What building a matrix came to, image by image.</summary>
public sealed record MatrixOutcome(IReadOnlyList<MatrixImageOutcome> Images)
{
    /// <summary>What went wrong first; null where nothing did.</summary>
    public Diagnostic? Failure => Images.SelectMany(image => image.AllProblems).FirstOrDefault();
}

/// <summary>One image of a matrix.</summary>
/// <param name="Image">Which.</param>
/// <param name="Cells">Its platforms, as far as they were asked for.</param>
public sealed record MatrixImageOutcome(MatrixImage Image, IReadOnlyList<MatrixCellOutcome> Cells)
{
    /// <summary>Where it went, what was pushed with its digest.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Why it went nowhere; what is wrong with a platform stands there.</summary>
    public IReadOnlyList<Diagnostic> Problems { get; init; } = [];

    internal IEnumerable<Diagnostic> AllProblems => Cells.SelectMany(cell => cell.Problems).Concat(Problems);
}

/// <summary>One platform of an image.</summary>
/// <param name="Platform">Which.</param>
/// <param name="Image">Null where it could not be made.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record MatrixCellOutcome(Platform Platform, Image? Image, TimeSpan Elapsed)
{
    public IReadOnlyList<Diagnostic> Problems { get; init; } = [];
}

/// <summary>Caches in registries: <c>docker://HOST/REPOSITORY</c>, without a tag.</summary>
/// <param name="From">Asked in this order.</param>
/// <param name="To">Null for none.</param>
public sealed record SharedCacheRequest(IReadOnlyList<string> From, string? To)
{
    public static SharedCacheRequest None { get; } = new([], null);

    /// <summary>Whether what the caches do not have is an error, and not made.</summary>
    public bool Only { get; init; }

    /// <summary>Whether a cache that does not answer is an error: somebody waits for what is left there.</summary>
    public bool Required { get; init; }
}
