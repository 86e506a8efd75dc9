using System.Text.Json.Nodes;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace NodeForge.Documents.Toml;

/// <summary>TOML as JSON sees it, for containerd's configuration. Dates, inf and nan are not read: that file has none, and JSON could not
/// hold them.</summary>
public static class TomlDocument
{
    // Far more than anybody writes; keeps a hostile text from using up the stack, or the time of a check that grows with the square of a
    // key.
    private const int DeepestNesting = 64;

    // Characters; ten times what `containerd config default` prints. What is defined twice is compared and told with all that it was
    // before.
    private const int LongestText = 128 << 10;

    private const int LongestWords = 200;

    private static readonly TomlSerializerOptions Options = new() { MaxDepth = DeepestNesting };

    /// <exception cref="TomlException">With line and column.</exception>
    public static JsonObject Read(string text)
    {
        if (text.Length > LongestText)
            throw new TomlException($"the text has {text.Length} characters, {LongestText} at most are read", 1, 1);
        CheckKeys(Parse(text, validate: false));
        DocumentSyntax document = Parse(text, validate: true);
        JsonObject root = [];
        Fill(root, document.KeyValues);
        foreach (TableSyntaxBase table in document.Tables)
            Fill(Open(root, table), table.Items);
        return root;
    }

    private static DocumentSyntax Parse(string text, bool validate)
    {
        try
        {
            DocumentSyntax document = SyntaxParser.Parse(text, Options, validate: validate);
            return document.Diagnostics.FirstOrDefault(message => message.Kind == DiagnosticMessageKind.Error) is { } wrong
                ? throw Refusal(wrong.Message, wrong.Span)
                : document;
        }
        catch (Tomlyn.TomlException refused)
        {
            throw new TomlException(refused.Message, refused.Line ?? 1, refused.Column ?? 1);
        }
    }

    private static void CheckKeys(DocumentSyntax document)
    {
        if (document.Descendants().OfType<KeySyntax>().FirstOrDefault(key => key.DotKeys.ChildrenCount >= DeepestNesting) is { } deep)
            throw Refusal("the key has too many parts", deep.Span);
    }

    private static JsonObject Open(JsonObject root, TableSyntaxBase table)
    {
        string[] path = Path(table.Name!);
        if (table is not TableArraySyntax)
            return Way(root, path, table);
        JsonObject parent = Way(root, path[..^1], table);
        if (parent[path[^1]] is not JsonArray list)
            parent[path[^1]] = list = [];
        JsonObject item = [];
        list.Add((JsonNode)item);
        return item;
    }

    // Headers go through the last table of an array of tables.
    private static JsonObject Way(JsonObject from, IEnumerable<string> path, SyntaxNode place)
    {
        JsonObject at = from;
        foreach (string name in path)
        {
            if (!at.TryGetPropertyValue(name, out JsonNode? there))
                at[name] = there = new JsonObject();
            at =
                there as JsonObject
                ?? (there as JsonArray)?.LastOrDefault() as JsonObject
                ?? throw Refusal($"{name} is no table", place.Span);
        }

        return at;
    }

    private static void Fill(JsonObject table, IEnumerable<KeyValueSyntax> pairs)
    {
        foreach (KeyValueSyntax pair in pairs)
        {
            string[] path = Path(pair.Key!);
            Way(table, path[..^1], pair)[path[^1]] = Value(pair.Value!);
        }
    }

    private static string[] Path(KeySyntax key) => [Name(key.Key!), .. key.DotKeys.Select(part => Name(part.Key!))];

    private static string Name(BareKeyOrStringValueSyntax key) =>
        key is StringValueSyntax quoted ? quoted.Value! : ((BareKeySyntax)key).Key!.Text!;

    private static JsonNode Value(ValueSyntax value)
    {
        switch (value)
        {
            case StringValueSyntax text:
                return JsonValue.Create(text.Value!);
            case BooleanValueSyntax truth:
                return JsonValue.Create(truth.Value);
            // Tomlyn takes 0x8000000000000000, which is beyond 64 bits with a sign, for a negative number.
            case IntegerValueSyntax whole when whole.Value >= 0 || whole.Token!.Text!.StartsWith('-'):
                return JsonValue.Create(whole.Value);
            case FloatValueSyntax fraction when double.IsFinite(fraction.Value):
                // Its text, so that 1.0 stays a float.
                return JsonNode.Parse(fraction.Token!.Text!.Replace("_", string.Empty, StringComparison.Ordinal).TrimStart('+'))!;
            case ArraySyntax list:
                return new JsonArray([.. list.Items.Select(item => Value(item.Value!))]);
            case InlineTableSyntax inline:
                JsonObject table = [];
                Fill(table, inline.Items.Select(item => item.KeyValue!));
                return table;
            default:
                throw Refusal($"'{value.ToString().Trim()}' is no value that containerd's configuration has", value.Span);
        }
    }

    private static TomlException Refusal(string what, SourceSpan at) =>
        new(Printable.Escape(what.Length > LongestWords ? what[..LongestWords] + "…" : what), at.Start.Line + 1, at.Start.Column + 1);
}
