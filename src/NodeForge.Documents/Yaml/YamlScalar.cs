namespace NodeForge.Documents.Yaml;

/// <summary>One value; its style decides whether it may be anything but a string.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
/// <param name="Text">The characters, escapes resolved.</param>
/// <param name="IsPlain">Without quotes and not a block: the only style that YAML 1.2 resolves to other types.</param>
public sealed record YamlScalar(int Line, int Column, string Text, bool IsPlain) : YamlNode(Line, Column)
{
    private const int ShownLength = 60;

    /// <summary>A block that keeps its lines: the first of them stands in the file's line after <see cref="YamlNode.Line"/>.</summary>
    public bool IsLiteral { get; init; }

    public ScalarType Type => IsPlain ? CoreSchema.Resolve(Text) : ScalarType.String;

    public override int Count => 1;

    public override int Height => 1;

    public override string Description =>
        Type switch
        {
            ScalarType.Null => "nothing",
            ScalarType.Boolean => "the truth value " + Text.ToLowerInvariant(),
            ScalarType.Integer or ScalarType.Float => "the number " + CoreSchema.CanonicalNumber(Text),
            _ => Quoted.Short(Text, ShownLength),
        };
}
