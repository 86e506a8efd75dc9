using NodeForge.Cli.Rendering;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;

namespace NodeForge.Cli.Documents;

/// <summary>What is attached to an index or manifest, as <c>inspect</c> tells it: no key is asked.</summary>
/// <param name="Kind">index or manifest.</param>
/// <param name="Lost">What seems to have been lost on the way.</param>
internal sealed record AttachedItem(string Digest, string Kind, IReadOnlyList<StatementItem> Statements, IReadOnlyList<DoctorProblem> Lost)
{
    public static AttachedItem Of(AttachedSummary summary) =>
        new(
            summary.Document.Digest.ToString(),
            MediaTypes.IsIndex(summary.Document.MediaType) ? "index" : "manifest",
            [.. summary.Statements.Select(StatementItem.Of)],
            [.. summary.Lost.Select(DoctorProblem.Of)]
        );

    public void AppendTo(Page text)
    {
        if (Statements.Count == 0 && Lost.Count == 0)
            return;
        text.Line($"attached to the {Kind} {Digest}, not verified");
        foreach (IGrouping<string, StatementItem> same in Statements.GroupBy(statement => statement.Says))
            text.Line($"  {same.Key}: {string.Join(", ", same.Select(statement => statement.How))}");
        foreach (DoctorProblem problem in Lost)
            problem.AppendTo(text);
    }
}

/// <param name="Name">signature, the short name of an attestation's type, or what the artifact says that it is.</param>
/// <param name="Form">bundle, tag, referrer or other.</param>
/// <param name="Key">Whose key it names: SHA-256 of the public key, in base64.</param>
/// <param name="Manifest">The manifest that carries it.</param>
internal sealed record StatementItem(string Name, string? PredicateType, string Form, string? Key, string? Tag, string Manifest)
{
    public static StatementItem Of(AttachedStatement statement) =>
        new(
            statement.PredicateType is { } type ? PredicateTypes.Show(type) : statement.Referrer.Descriptor.ArtifactType ?? "unknown",
            statement.PredicateType,
            statement.Form.ToString().ToLowerInvariant(),
            statement.Hint,
            statement.Referrer.Tag,
            statement.Referrer.Descriptor.Digest.ToString()
        );

    internal string Says => Name;

    internal string How => Key is { } key ? $"{Form} by key {key}" : Form;
}
