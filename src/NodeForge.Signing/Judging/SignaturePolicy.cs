using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Judging;

/// <summary>Whose word counts, and what has to be said.</summary>
public sealed record SignaturePolicy
{
    /// <param name="keys">The trusted ones, each once.</param>
    /// <param name="quorum">How many of them have to sign, and to say each thing that is asked for.</param>
    /// <param name="attestations">Predicate types that have to be attested besides the signature.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.QuorumImpossible"/>: a key twice, or fewer keys than have to
    /// sign.</exception>
    public SignaturePolicy(IReadOnlyList<VerificationKey> keys, int quorum, IReadOnlyList<string> attestations)
    {
        if (keys.GroupBy(key => key.Hint).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw Impossible("one key is given twice: it is one signer", string.Join(" ", twice.Select(key => key.Name)), null);
        if (quorum < 1 || quorum > keys.Count)
            throw Impossible("so many signers cannot be found among the keys", $"{keys.Count} keys", $"1 to {keys.Count} signers");
        (Keys, Quorum, Attestations) = (keys, quorum, [.. attestations.Distinct().Where(type => type != PredicateTypes.Signature)]);
    }

    public IReadOnlyList<VerificationKey> Keys { get; }

    public int Quorum { get; }

    public IReadOnlyList<string> Attestations { get; }

    private static NodeForgeException Impossible(string what, string got, string? want) =>
        new(
            new Diagnostic(ErrorCodes.QuorumImpossible, what)
            {
                Got = got,
                Want = want,
                Hint = ErrorCodes.QuorumImpossible.Remedy,
            }
        );
}
