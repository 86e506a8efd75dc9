using NodeForge.Documents.Yaml;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>A merge patch (RFC 7386) of kubeadm's documents: one or more YAML documents with a kind.</summary>
/// <param name="Text">YAML.</param>
public sealed record MergePatch(string Text)
{
    /// <summary>Where it stands, for messages; null where it was not read from a file.</summary>
    public Location? Where { get; init; }

    /// <summary>The file's line in which the text begins; null where its lines are not those of the file.</summary>
    public int? FirstLine { get; init; }

    public IReadOnlyList<YamlNode> Nodes() => YamlDocument.Nodes(Text, FirstLine ?? 1);

    public static MergePatch FromString(string text) => new(text);

    public static implicit operator MergePatch(string text) => new(text);

    /// <summary>The place of a line of <see cref="Nodes"/>.</summary>
    public Location WhereOf(int line, string otherwise) =>
        (Where, FirstLine) switch
        {
            (null, _) => new(otherwise),
            ({ } where, not null) => new(where.Resource, line),
            ({ } where, null) => where,
        };
}
