using NodeForge.Oci;
using NodeForge.Oci.Layers;

namespace NodeForge.Verification.Examination;

/// <summary>A layer after it was read.</summary>
/// <param name="Layer">Where it lies, and what it should be.</param>
/// <param name="DiffId">The digest of what it unpacks to; null when it cannot be read to its end.</param>
/// <param name="UnpackedSize">Bytes of that.</param>
/// <param name="Entries">In the archive's order, with what is remembered of files.</param>
/// <param name="Problems">What is wrong with its bytes and its archive.</param>
/// <param name="RootMode">The mode of an entry for the root itself; -1 without one.</param>
internal sealed record ExaminedLayer(
    Layer Layer,
    Digest? DiffId,
    long UnpackedSize,
    IReadOnlyList<LayerEntry> Entries,
    IReadOnlyList<Diagnostic> Problems,
    int RootMode
);
