using NodeForge.Oci;
using NodeForge.Signing.Attaching;
using NodeForge.Signing.Envelopes;

namespace NodeForge.Signing.Judging;

/// <summary>What is attached to a document of an image, for people; no key was asked.</summary>
/// <param name="Document">The manifest or index.</param>
/// <param name="Statements">In the order of the source.</param>
/// <param name="Lost">What seems to have been lost on the way here.</param>
public sealed record AttachedSummary(Descriptor Document, IReadOnlyList<AttachedStatement> Statements, IReadOnlyList<Diagnostic> Lost)
{
    /// <returns>One for each document of the image; empty where the source keeps nothing that is attached.</returns>
    /// <exception cref="NodeForgeException">What the source fails with.</exception>
    public static async Task<IReadOnlyList<AttachedSummary>> ReadAsync(
        IImageSource source,
        SignedImage image,
        CancellationToken cancellationToken
    )
    {
        List<AttachedSummary> found = [];
        foreach (Descriptor document in image.Documents)
        {
            if (await AttachedStatements.ReadAsync(source, document, cancellationToken).ConfigureAwait(false) is { } statements)
                found.Add(new(document, statements, LostOf(source.Place, document, statements)));
        }

        return found;
    }

    // Copying by tag leaves referrers behind, copying by referrers leaves tags behind; a signer that writes both has then only one of them.
    private static Diagnostic[] LostOf(string place, Descriptor document, IReadOnlyList<AttachedStatement> statements)
    {
        Diagnostic[] missing = [.. statements.Select(statement => statement.Problem).OfType<Diagnostic>()];
        HashSet<StatementForm> forms =
        [
            .. statements.Where(statement => statement.PredicateType == PredicateTypes.Signature).Select(statement => statement.Form),
        ];
        bool referrers = forms.Contains(StatementForm.Bundle);
        bool tags = forms.Contains(StatementForm.Tag);
        if (referrers == tags)
            return missing;
        return
        [
            .. missing,
            new(
                ErrorCodes.ReferrersLost,
                tags
                    ? "the signature is there under cosign's tag alone: its referrers were lost, or never made"
                    : "the signature is there as a referrer alone: cosign's tags were lost, or never made"
            )
            {
                Severity = Severity.Warning,
                Where = new(place, Detail: document.Digest.ToString()),
                Hint = tags
                    ? "copy it again with its referrers (oras cp -r), or sign it again: cosign 3 looks for referrers first"
                    : $"copy the tag {ReferrerTags.SignaturesOf(document.Digest)} too, or sign it again: cosign 2.5 looks for tags"
                        + (forms.Contains(StatementForm.Referrer) ? ", for referrers with --experimental-oci11" : " alone"),
            },
        ];
    }
}
