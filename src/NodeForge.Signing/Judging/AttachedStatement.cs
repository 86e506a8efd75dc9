using NodeForge.Oci;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Judging;

/// <summary>Something that is attached to an image: what it says, of what, and by whom; nothing of it is believed before a key verifies
/// it.</summary>
/// <param name="Referrer">The manifest that carries it.</param>
/// <param name="Form">How it is attached.</param>
/// <param name="PredicateType">What it says; null for an artifact of another kind, or one that cannot be read.</param>
public sealed record AttachedStatement(Referrer Referrer, StatementForm Form, string? PredicateType)
{
    /// <summary>Of what: digests of manifests and indexes.</summary>
    public IReadOnlyList<Digest> Subjects { get; init; } = [];

    /// <summary>Whose key it names (<see cref="VerificationKey.Hint"/>); null where it names none.</summary>
    public string? Hint { get; init; }

    /// <summary>Why it cannot be read; null where it can.</summary>
    public Diagnostic? Problem { get; init; }

    /// <summary>Whether a key signed it.</summary>
    public Func<VerificationKey, bool> IsSignedBy { get; init; } = _ => false;
}

/// <summary>How something is attached to an image.</summary>
public enum StatementForm
{
    /// <summary>A sigstore bundle in a manifest that names the image: cosign 3.</summary>
    Bundle,

    /// <summary>A layer under a tag that ends in .sig or .att: cosign 2.</summary>
    Tag,

    /// <summary>Such a layer in a manifest that is found by the image that it names alone: cosign 2, where it is told to.</summary>
    Referrer,

    /// <summary>An artifact that says nothing that can be signed for: a foreign one.</summary>
    Other,
}
