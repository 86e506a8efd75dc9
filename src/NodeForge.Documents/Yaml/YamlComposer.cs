using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeForge.Documents.Yaml;

/// <summary>Makes one document's tree from the parser's events, within <see cref="YamlLimits"/>.</summary>
/// <remarks>
/// Aliases are allowed, as a list of packages may be wanted twice; each counts as all that it stands for, so that a few lines cannot stand
/// for
/// billions of nodes. An anchor is known only once its node has ended: nothing can contain itself.
/// </remarks>
public sealed class YamlComposer
{
    private const string CoreTags = "tag:yaml.org,2002:";

    private readonly string file;
    private readonly Action<Diagnostic> report;
    private readonly YamlSubject subject;
    private readonly YamlEvents events;
    private readonly Dictionary<string, YamlNode> anchors = new(StringComparer.Ordinal);
    private int nodes;

    private YamlComposer(string file, string text, YamlSubject subject, Action<Diagnostic> report)
    {
        (this.file, this.subject, this.report) = (file, subject, report);
        events = new YamlEvents(file, text);
    }

    /// <summary>The document's root.</summary>
    /// <param name="file">For positions.</param>
    /// <param name="text">All of the file.</param>
    /// <param name="subject">What messages call the document.</param>
    /// <param name="report">Takes what does not keep the document from being understood: duplicate keys.</param>
    /// <exception cref="NodeForgeException">It is not one YAML document, or beyond the limits.</exception>
    public static YamlNode Compose(string file, string text, YamlSubject subject, Action<Diagnostic> report) =>
        new YamlComposer(file, text, subject, report).Document();

    /// <summary>The roots of all documents; none where the text has only comments.</summary>
    /// <exception cref="NodeForgeException">It is not YAML, or beyond the limits.</exception>
    public static IReadOnlyList<YamlNode> ComposeAll(string file, string text, YamlSubject subject, Action<Diagnostic> report) =>
        [.. new YamlComposer(file, text, subject, report).Documents()];

    private YamlNode Document()
    {
        events.Next(); // stream start
        if (events.Next() is not DocumentStart)
            throw events.Refuse(ErrorCodes.RecipeNotYaml, 1, 1, $"the {subject.Name} is empty", want: subject.Least);
        YamlNode root = Node(events.Next(), depth: 1);
        events.Next(); // document end
        if (subject.EndsWithFirstDocument)
            return root;
        ParsingEvent end = events.Next();
        return end is StreamEnd
            ? root
            : throw Refuse(
                ErrorCodes.RecipeNotYaml,
                end,
                "a second document begins",
                want: "one document in a file",
                hint: $"give each {subject.Name} its own file"
            );
    }

    private IEnumerable<YamlNode> Documents()
    {
        events.Next(); // stream start
        while (events.Next() is DocumentStart)
        {
            anchors.Clear();
            yield return Node(events.Next(), depth: 1);
            events.Next(); // document end
        }
    }

    private YamlNode Node(ParsingEvent at, int depth)
    {
        Count(at, 1, depth, height: 1);
        if (at is AnchorAlias alias)
            return Alias(alias, depth);
        if (at is not NodeEvent start)
            throw Refuse(ErrorCodes.RecipeNotYaml, at, "a value is missing here");
        if (!start.Tag.IsEmpty && !(subject.MergesKeys && IsOfYaml(start)))
            throw Refuse(
                ErrorCodes.RecipeNotYaml,
                at,
                $"{subject.Plural} have no tags",
                got: Printable.Escape(start.Tag.Value),
                hint: "leave the tag out; quotes make a string"
            );
        YamlNode node = start switch
        {
            Scalar { Value: var text } when text.Contains('\0', StringComparison.Ordinal) => throw Refuse(
                ErrorCodes.RecipeNotYaml,
                at,
                "a text has a NUL character in it, which no name, path or argument can have"
            ),
            Scalar scalar => new YamlScalar(Line(at), Column(at), scalar.Value, IsPlain(scalar))
            {
                IsLiteral = scalar.Style is ScalarStyle.Literal,
            },
            SequenceStart => Sequence(at, depth),
            _ => Mapping(at, depth),
        };
        if (!start.Anchor.IsEmpty)
            anchors[start.Anchor.Value] = node;
        return node;
    }

    // YAML's own, which kind's reader takes: !!str makes a string of what looks like another thing, the others say what the form says
    // anyway.
    private static bool IsOfYaml(NodeEvent start) =>
        start.Tag.Value.StartsWith(CoreTags, StringComparison.Ordinal)
        && start.Tag.Value[CoreTags.Length..] is "str" or "int" or "float" or "bool" or "null" or "map" or "seq";

    private static bool IsPlain(Scalar scalar) =>
        scalar.Tag.IsEmpty ? scalar.Style is ScalarStyle.Plain : scalar.Tag.Value != CoreTags + "str";

    private YamlNode Alias(AnchorAlias alias, int depth)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out YamlNode? node))
            throw Refuse(
                ErrorCodes.RecipeNotYaml,
                alias,
                $"nothing is named {Printable.Escape(alias.Value.Value)} before this alias",
                hint: "put the anchor before the alias, outside of the value that has the alias in it"
            );
        Count(alias, node.Count, depth, node.Height);
        return node;
    }

    private YamlSequence Sequence(ParsingEvent at, int depth)
    {
        List<YamlNode> items = [];
        for (ParsingEvent next = events.Next(); next is not SequenceEnd; next = events.Next())
            items.Add(Node(next, depth + 1));
        return new(Line(at), Column(at), items);
    }

    private YamlMapping Mapping(ParsingEvent at, int depth)
    {
        List<KeyValuePair<YamlScalar, YamlNode>> entries = [];
        Dictionary<string, YamlScalar> known = new(StringComparer.Ordinal);
        for (ParsingEvent next = events.Next(); next is not MappingEnd; next = events.Next())
        {
            if (Node(next, depth + 1) is not YamlScalar key)
                throw Refuse(ErrorCodes.RecipeNotYaml, next, "a key is not a word", want: "a scalar before the colon");
            YamlNode value = Node(events.Next(), depth + 1);
            if (known.TryAdd(key.Text, key))
                entries.Add(new(key, value));
            else
                report(Duplicate(key, known[key.Text]));
        }

        return new(Line(at), Column(at), subject.MergesKeys ? Merged(entries) : entries);
    }

    // YAML 1.1's merge key: what a mapping says itself goes before what is merged into it, and an earlier one of several before a later.
    private List<KeyValuePair<YamlScalar, YamlNode>> Merged(List<KeyValuePair<YamlScalar, YamlNode>> entries)
    {
        int at = entries.FindIndex(entry => entry.Key is { Text: "<<", IsPlain: true });
        if (at < 0)
            return entries;
        YamlNode value = entries[at].Value;
        entries.RemoveAt(at);
        HashSet<string> known = [.. entries.Select(entry => entry.Key.Text)];
        foreach (YamlNode part in value is YamlSequence several ? several.Items : [value])
        {
            if (part is not YamlMapping mapping)
                throw events.Refuse(
                    ErrorCodes.RecipeNotYaml,
                    part.Line,
                    part.Column,
                    "only mappings can be merged",
                    got: part.Description,
                    want: "<<: *NAME of a mapping, or a list of such"
                );
            entries.AddRange(mapping.Entries.Where(entry => known.Add(entry.Key.Text)));
        }

        return entries;
    }

    private Diagnostic Duplicate(YamlScalar key, YamlScalar first) =>
        new(ErrorCodes.RecipeDuplicateKey, $"the key {Printable.Escape(key.Text)} is given twice")
        {
            Where = new(file, key.Line, key.Column),
            Hint = $"keep one of the two; the first is in line {first.Line}",
        };

    private void Count(ParsingEvent at, int count, int depth, int height)
    {
        nodes += count;
        if (nodes > YamlLimits.Nodes)
            throw Refuse(
                ErrorCodes.RecipeTooLarge,
                at,
                $"the {subject.Name} has too many values",
                want: $"at most {YamlLimits.Nodes}, aliases counted as what they stand for"
            );
        if (depth + height - 1 > YamlLimits.Depth)
            throw Refuse(
                ErrorCodes.RecipeTooLarge,
                at,
                $"the {subject.Name} is nested too deeply",
                want: $"at most {YamlLimits.Depth} levels"
            );
    }

    private NodeForgeException Refuse(
        ErrorCode code,
        ParsingEvent at,
        string what,
        string? got = null,
        string? want = null,
        string? hint = null
    ) => events.Refuse(code, Line(at), Column(at), what, got, want, hint);

    private static int Line(ParsingEvent at) => (int)at.Start.Line;

    private static int Column(ParsingEvent at) => (int)at.Start.Column;
}
