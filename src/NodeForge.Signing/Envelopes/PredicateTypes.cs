namespace NodeForge.Signing.Envelopes;

/// <summary>What a statement says of an image: its predicate type. Those that have a short name can be asked for by it.</summary>
public static class PredicateTypes
{
    /// <summary>A signature, as cosign 3 writes it: the image is the publisher's.</summary>
    public const string Signature = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>slsa.dev: what the image was made from, and how.</summary>
    public const string Provenance = "https://slsa.dev/provenance/v1";

    /// <summary>Ours: every image that a cluster made from this one can ask for is in it (docs/signatures.md).</summary>
    public const string Closure = "https://nodeforge.dev/closure/v1";

    /// <summary>Ours: a bundle is its publisher's, and which of a series it is (docs/bundle.md).</summary>
    public const string Bundle = "https://nodeforge.dev/bundle/v1";

    /// <summary>in-toto: a bill of materials in SPDX.</summary>
    public const string Spdx = "https://spdx.dev/Document";

    /// <summary>in-toto: a bill of materials in CycloneDX.</summary>
    public const string CycloneDx = "https://cyclonedx.org/bom";

    private static readonly (string Name, string Type)[] Names =
    [
        ("provenance", Provenance),
        ("closure", Closure),
        ("spdx", Spdx),
        ("cyclonedx", CycloneDx),
    ];

    /// <summary>The short names, as a help text has them.</summary>
    public static string Known { get; } = string.Join(", ", Names.Select(known => known.Name));

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PredicateInvalid"/>: neither a short name nor a URI.</exception>
    public static string Parse(string text)
    {
        if (Names.FirstOrDefault(known => known.Name == text).Type is { } type)
            return type;
        return Uri.TryCreate(text, UriKind.Absolute, out _) && text.Contains(':', StringComparison.Ordinal) && !text.Any(char.IsWhiteSpace)
            ? text
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.PredicateInvalid, "this is no type of an attestation")
                {
                    Got = text,
                    Want = Known + " or a URI",
                    Hint = "write one of the short names, or the whole URI",
                }
            );
    }

    /// <summary>For people: the short name, or the URI where it has none.</summary>
    public static string Show(string type) =>
        type == Signature ? "signature" : Names.FirstOrDefault(known => known.Type == type).Name ?? type;
}
