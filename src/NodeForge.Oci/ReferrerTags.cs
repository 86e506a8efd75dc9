using System.Text.RegularExpressions;

namespace NodeForge.Oci;

/// <summary>The tags by which artifacts are found where nobody lists what names a manifest.</summary>
public static partial class ReferrerTags
{
    private const string Signatures = ".sig";
    private const string Attestations = ".att";

    /// <summary>distribution-spec, "Referrers Tag Schema": an index of all that name the digest.</summary>
    public static string IndexOf(Digest subject) => "sha256-" + subject.Hex;

    /// <summary>cosign up to version 2: the signatures.</summary>
    public static string SignaturesOf(Digest subject) => IndexOf(subject) + Signatures;

    /// <summary>cosign up to version 2: the attestations.</summary>
    public static string AttestationsOf(Digest subject) => IndexOf(subject) + Attestations;

    /// <summary>Whether a tag is one of these, and so no image's.</summary>
    public static bool IsOne(string tag) => Form().IsMatch(tag);

    [GeneratedRegex(@"\Asha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
