namespace NodeForge.Documents.Yaml;

/// <summary>A file while it is read: where it lies, and every problem found in it.</summary>
public sealed class DocumentFile(string path)
{
    private readonly List<Diagnostic> problems = [];

    /// <summary>Absolute.</summary>
    public string Path { get; } = path;

    /// <summary>In the order of the text.</summary>
    public IEnumerable<Diagnostic> Problems =>
        problems.OrderBy(problem => problem.Where?.Line ?? 0).ThenBy(problem => problem.Where?.Column ?? 0);

    /// <summary>What a string of the file stands for, parameters filled in; null where it stands for itself.</summary>
    public Func<YamlScalar, string>? Meaning { get; set; }

    public void Add(Diagnostic problem) => problems.Add(problem);

    public void Report(ErrorCode code, YamlNode at, string what, string? got = null, string? want = null, string? hint = null) =>
        problems.Add(
            new(code, what)
            {
                Where = new(Path, at.Line, at.Column),
                Got = got,
                Want = want,
                Hint = hint,
            }
        );

    /// <summary>A string, as it is meant; anything else is reported.</summary>
    public string? Text(YamlNode node, string key, string want = "a string")
    {
        if (node is YamlScalar { Type: ScalarType.String } scalar)
            return Meaning is null ? scalar.Text : Meaning(scalar);
        WrongType(node, key, want);
        return null;
    }

    public string? Text(YamlNode node, string key, Grammar grammar)
    {
        if (Text(node, key) is not { } text)
            return null;
        if (grammar.Form.IsMatch(text))
            return text;
        Report(grammar.Code, node, $"{key} does not have its form", got: Quoted.Short(text), want: grammar.Want);
        return null;
    }

    public void WrongType(YamlNode node, string key, string want)
    {
        bool looksLikeNumber = node is YamlScalar { Type: ScalarType.Integer or ScalarType.Float };
        bool wantsText = want.StartsWith("a string", StringComparison.Ordinal);
        string? hint =
            node is YamlScalar { Type: not ScalarType.String and not ScalarType.Null } scalar && wantsText
                ? $"quote it: \"{scalar.Text}\""
                : null;
        Report(
            ErrorCodes.RecipeWrongType,
            node,
            looksLikeNumber ? $"{key} was read as {node.Description}" : $"{key} is not {want}",
            got: looksLikeNumber ? null : node.Description,
            want: want,
            hint: hint
        );
    }
}
