using NodeForge.Bundles.Format;
using NodeForge.Oci;

namespace NodeForge.Bundles.Reading;

/// <summary>What was found when every byte of a bundle was read.</summary>
/// <param name="Place">What the bundle is called.</param>
/// <param name="Set">Names the bundle as it is cut and encoded.</param>
/// <param name="Volumes">In order; every one that there should be.</param>
/// <param name="DamagedBlobs">Which content suffers from it.</param>
/// <param name="Problems">Everything that is wrong, volume by volume; what is only to be known is a warning.</param>
public sealed record BundleReport(
    string Place,
    Digest Set,
    IReadOnlyList<VolumeReport> Volumes,
    IReadOnlyList<DamagedBlob> DamagedBlobs,
    IReadOnlyList<Diagnostic> Problems
)
{
    /// <summary>The digest that the index has to have by the header; of sound bundles it has it.</summary>
    public Digest IndexDigest { get; init; }

    /// <summary>Null where it cannot be read.</summary>
    public BundleIndex? Index { get; init; }

    /// <summary>Bytes of content that were read and have the digests of their names.</summary>
    public long SoundBytes { get; init; }

    public bool IsSound => DamagedBlobs.Count == 0 && Problems.All(problem => problem.Severity == Severity.Warning);

    /// <summary>The files to copy again; nothing else has to be moved.</summary>
    public IReadOnlyList<string> CopyAgain => [.. Volumes.Where(volume => volume.State != VolumeState.Sound).Select(volume => volume.Path)];
}

public sealed record VolumeReport(int Number, string Path, long Size, VolumeState State);

/// <param name="Number">Its place in the bundle.</param>
/// <param name="Digest">Null where the index cannot be read.</param>
/// <param name="UsedBy">Images and items.</param>
/// <param name="Volumes">Those that would have to be copied again for it; none for a blob that was written wrong.</param>
public sealed record DamagedBlob(int Number, Digest? Digest, long Size, IReadOnlyList<string> UsedBy, IReadOnlyList<int> Volumes);
