using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;
using NodeForge.Signing.Predicates;

namespace NodeForge.Signing.Judging;

/// <summary>Holds the signature of a bundle against the keys that are trusted, the clock, and what was installed before.</summary>
/// <remarks>Nothing of what is signed is looked at before the signature holds.</remarks>
public static class BundleJudge
{
    /// <param name="where">The bundle, for messages.</param>
    /// <param name="index">The digest of its index, as it is there.</param>
    /// <param name="signature">The file beside it; null where there is none.</param>
    /// <param name="keys">The trusted ones.</param>
    /// <returns>What holds: who says what.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleUnsigned"/>, <see cref="ErrorCodes.BundleSignatureOfOtherKey"/>,
    /// <see cref="ErrorCodes.BundleChanged"/>, <see cref="ErrorCodes.SignatureUnreadable"/>.</exception>
    public static (BundlePredicate Said, VerificationKey By) Verify(
        string where,
        Digest index,
        byte[]? signature,
        IReadOnlyList<VerificationKey> keys
    )
    {
        string trusted = string.Join(", ", keys.Select(key => key.Name));
        if (signature is null)
            throw Refuse(ErrorCodes.BundleUnsigned, where, "the bundle is not signed", "no signature beside it", "one of " + trusted);
        SigstoreBundle bundle = SigstoreBundle.Read(signature, new(where + FileSuffix));
        if (keys.FirstOrDefault(bundle.Envelope.IsSignedBy) is not { } key)
        {
            // A key that is named and does not hold: one of the two was changed.
            throw keys.Any(named => named.Hint == bundle.Hint)
                ? Refuse(ErrorCodes.BundleChanged, where, "the signature was changed since it was made", null, null)
                : Refuse(
                    ErrorCodes.BundleSignatureOfOtherKey,
                    where,
                    "the bundle is signed, and by none of the trusted keys",
                    bundle.Hint is { } hint ? "key " + Printable.Escape(hint) : "a key without a name",
                    "one of " + trusted
                );
        }

        return (SaidOf(where, index, bundle), key);
    }

    /// <summary>Holds a signature against the bundle that it lies beside; whose it is, is not asked.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleUnsigned"/>, <see cref="ErrorCodes.BundleChanged"/>,
    /// <see cref="ErrorCodes.SignatureUnreadable"/>.</exception>
    public static BundlePredicate Match(string where, Digest index, byte[] signature) =>
        SaidOf(where, index, SigstoreBundle.Read(signature, new(where + FileSuffix)));

    private static BundlePredicate SaidOf(string where, Digest index, SigstoreBundle bundle)
    {
        Location at = new(where + FileSuffix);
        Statement statement = Statement.Read(bundle.Envelope.Payload, at);
        if (bundle.Envelope.PayloadType != DsseEnvelope.InToto || statement.PredicateType != PredicateTypes.Bundle)
            throw Refuse(
                ErrorCodes.BundleUnsigned,
                where,
                "the bundle is not signed; what lies beside it says something else",
                Printable.Escape(statement.PredicateType),
                PredicateTypes.Bundle
            );
        BundlePredicate said = BundlePredicate.Read(bundle.Envelope.Payload, at);
        return index == said.Index || index == said.Makes
            ? said
            : throw Refuse(
                ErrorCodes.BundleChanged,
                where,
                "the bundle is not the one that was signed",
                $"index {index}",
                $"index {said.Index}"
            );
    }

    /// <summary>Whether a bundle may be installed now.</summary>
    /// <param name="where">The bundle, for messages.</param>
    /// <param name="said">What holds of it.</param>
    /// <param name="now">This machine's time.</param>
    /// <param name="installed">The newest one of its series that was; null for none.</param>
    /// <returns>What stands against it: <see cref="ErrorCodes.BundleExpired"/>, <see cref="ErrorCodes.BundleOlder"/>.</returns>
    public static IEnumerable<Diagnostic> Objections(string where, BundlePredicate said, DateTimeOffset now, InstalledBundle? installed)
    {
        if (said.Expires is { } expires && expires <= now)
            yield return Tell(ErrorCodes.BundleExpired, where, "the bundle has expired", $"it is {now:u} here", $"before {expires:u}");
        if (installed is { } before && said.Sequence < before.Sequence)
            yield return Tell(
                ErrorCodes.BundleOlder,
                where,
                "the bundle is older than the one that was installed",
                $"{said.Series} {said.Sequence}",
                $"{said.Series} {before.Sequence} or newer"
            );
        if (installed is { } same && said.Sequence == same.Sequence && said.Installs != same.Index)
            yield return Tell(
                ErrorCodes.BundleOlder,
                where,
                "another bundle of the same number was installed",
                $"{said.Series} {said.Sequence}, index {said.Installs}",
                $"index {same.Index}, or a larger number"
            );
    }

    /// <summary>What the file beside a bundle is called: the bundle's name and this.</summary>
    public const string FileSuffix = ".sigstore.json";

    private static NodeForgeException Refuse(ErrorCode code, string where, string what, string? got, string? want) =>
        new(Tell(code, where, what, got, want));

    private static Diagnostic Tell(ErrorCode code, string where, string what, string? got, string? want) =>
        new(code, what)
        {
            Where = new(where),
            Got = got,
            Want = want,
            Hint = code.Remedy,
        };
}

/// <summary>The newest bundle of a series that was installed on a machine.</summary>
/// <param name="Index">Of the whole bundle.</param>
public sealed record InstalledBundle(long Sequence, Digest Index);
