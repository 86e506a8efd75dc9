using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge;

/// <summary>What is to be attested of an image.</summary>
/// <param name="Image">In a layout or a registry.</param>
/// <param name="Key">The private key's file.</param>
public sealed record AttestRequest(ImageTransport Image, string Key)
{
    /// <summary>The recipe that it was built from: its provenance is attested.</summary>
    public RecipeRequest? Recipe { get; init; }

    /// <summary>That every image is in it that a cluster can ask for.</summary>
    public bool Closure { get; init; }

    /// <summary>What it is made of, as SPDX.</summary>
    public bool Spdx { get; init; }

    /// <summary>What it is made of, as CycloneDX.</summary>
    public bool CycloneDx { get; init; }

    /// <summary>A file with a predicate of the caller's own; null for none.</summary>
    public string? PredicateFile { get; init; }

    /// <summary>The type of that predicate.</summary>
    public string? PredicateType { get; init; }
}

/// <summary>Something that is attested of a manifest or index.</summary>
public sealed record MadeAttestation(Descriptor Document, string PredicateType, JsonObject Predicate);

/// <summary>Whose word counts for an image.</summary>
/// <param name="Keys">Files with public keys.</param>
public sealed record SignatureRequest(IReadOnlyList<string> Keys)
{
    /// <summary>How many of the keys have to sign, and to attest each thing that is asked for.</summary>
    public int Quorum { get; init; } = 1;

    /// <summary>What has to be attested besides the signature: short names or URIs of predicate types.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];
}
