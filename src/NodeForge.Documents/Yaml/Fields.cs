namespace NodeForge.Documents.Yaml;

/// <summary>A mapping whose keys are known: gives values of the right type and reports the others.</summary>
/// <remarks>Where a value is wrong a harmless one stands in, so that reading goes on to the next problem; the recipe is never handed out
/// then.</remarks>
public sealed class Fields
{
    private readonly string place;

    /// <param name="file">Takes the problems.</param>
    /// <param name="mapping">What is read.</param>
    /// <param name="place">The key that it stands at; empty at the top.</param>
    /// <param name="allowed">Every key that may be there.</param>
    public Fields(DocumentFile file, YamlMapping mapping, string place, IReadOnlyCollection<string> allowed)
    {
        (File, Mapping, this.place) = (file, mapping, place);
        foreach (YamlScalar key in mapping.Entries.Select(entry => entry.Key).Where(key => !allowed.Contains(key.Text)))
            ReportUnknown(key, allowed);
    }

    public DocumentFile File { get; }

    public YamlMapping Mapping { get; }

    public YamlNode? this[string key] => Mapping.Find(key);

    public bool Has(string key) => Mapping.Find(key) is not null;

    /// <summary>The mapping at a key, if it is there and is one.</summary>
    public Fields? Section(string key, params string[] allowed)
    {
        if (this[key] is not { } node)
            return null;
        if (node is YamlMapping mapping)
            return new(File, mapping, key, allowed);
        File.WrongType(node, key, "a mapping with " + Choice(allowed, "and"));
        return null;
    }

    public Fields? RequiredSection(string key, params string[] allowed)
    {
        if (!Has(key))
            ReportMissing(key);
        return Section(key, allowed);
    }

    public string? Optional(string key) => this[key] is { } node ? File.Text(node, key) : null;

    public string? Optional(string key, Grammar grammar) => this[key] is { } node ? File.Text(node, key, grammar) : null;

    public string Required(string key, Grammar grammar)
    {
        if (!Has(key))
            ReportMissing(key);
        return Optional(key, grammar) ?? "";
    }

    public bool Flag(string key, bool otherwise)
    {
        switch (this[key])
        {
            case null:
                return otherwise;
            case YamlScalar { Type: ScalarType.Boolean } scalar:
                return scalar.Text[0] is 't' or 'T';
            case { } node:
                File.WrongType(node, key, "true or false");
                return otherwise;
        }
    }

    /// <summary>The nodes of a list; empty when the key is absent.</summary>
    public IReadOnlyList<YamlNode> Items(string key)
    {
        if (this[key] is not { } node)
            return [];
        if (node is YamlSequence sequence)
            return sequence.Items;
        File.WrongType(node, key, "a list");
        return [];
    }

    public IReadOnlyList<YamlNode> RequiredItems(string key)
    {
        if (!Has(key))
            ReportMissing(key);
        IReadOnlyList<YamlNode> items = Items(key);
        if (this[key] is YamlSequence { Items.Count: 0 } empty)
            File.Report(ErrorCodes.RecipeMissingKey, empty, $"{key} is empty", want: "at least one item");
        return items;
    }

    public IReadOnlyList<string> Texts(string key) => [.. Items(key).Select(item => File.Text(item, $"an item of {key}")).OfType<string>()];

    /// <summary>A list of strings of one form; what is listed twice is reported.</summary>
    public IReadOnlyList<string> Texts(string key, Grammar grammar) => Distinct(key, Items(key), grammar);

    public IReadOnlyList<string> RequiredTexts(string key, Grammar grammar) => Distinct(key, RequiredItems(key), grammar);

    /// <summary>A mapping of strings, ordered by key.</summary>
    public IReadOnlyDictionary<string, string> Texts(string key, Grammar keys, string example)
    {
        SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
        if (this[key] is not { } node)
            return texts;
        if (node is not YamlMapping mapping)
        {
            File.WrongType(node, key, "a mapping such as " + example);
            return texts;
        }

        foreach ((YamlScalar name, YamlNode value) in mapping.Entries)
        {
            if (!keys.Form.IsMatch(name.Text))
                File.Report(keys.Code, name, $"a key of {key} does not have its form", got: Quoted.Short(name.Text), want: keys.Want);
            if (File.Text(value, name.Text) is { } text)
                texts[name.Text] = text;
        }

        return texts;
    }

    /// <summary>The one key given of several that exclude each other.</summary>
    /// <returns>Null when none or more than one is there, which is reported.</returns>
    public string? ExactlyOne(params string[] keys)
    {
        string[] given = [.. keys.Where(Has)];
        if (given.Length == 1)
            return given[0];
        string what =
            given.Length == 0 ? $"{In()}none of {Choice(keys, "and")} is given" : $"{In()}{Choice(given, "and")} exclude each other";
        YamlNode at = given.Length == 0 ? Mapping : Mapping.Entries.Where(entry => given.Contains(entry.Key.Text)).ElementAt(1).Key;
        File.Report(ErrorCodes.RecipeChoice, at, what, want: "exactly one of " + Choice(keys, "and"));
        return null;
    }

    public void ReportMissing(string key) => File.Report(ErrorCodes.RecipeMissingKey, Mapping, $"{In()}{key} is missing");

    private IReadOnlyList<string> Distinct(string key, IReadOnlyList<YamlNode> items, Grammar grammar)
    {
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (YamlNode item in items)
        {
            if (File.Text(item, $"an item of {key}", grammar) is not { } text)
                continue;
            if (!lines.TryAdd(text, item.Line))
                File.Report(
                    ErrorCodes.RecipeDuplicateItem,
                    item,
                    $"{text} is listed twice in {key}",
                    hint: $"keep one of the two; the first is in line {lines[text]}"
                );
        }

        return [.. lines.Keys];
    }

    private void ReportUnknown(YamlScalar key, IReadOnlyCollection<string> allowed)
    {
        string name = Printable.Escape(key.Text);
        string what =
            place.Length == 0 ? $"the key {Quoted.Short(name)} is not known" : $"the key {Quoted.Short(name)} is not known in {place}";
        string? hint =
            key.Text == "<<" ? "merge keys are not part of YAML 1.2; repeat the keys or alias the whole value"
            : DidYouMean.Nearest(key.Text, allowed) is { } near ? $"did you mean {near}?"
            : null;
        File.Report(ErrorCodes.RecipeUnknownKey, key, what, want: "one of " + string.Join(", ", allowed), hint: hint);
    }

    private string In() => place.Length == 0 ? "" : $"in {place}: ";

    private static string Choice(IReadOnlyList<string> keys, string last) =>
        keys.Count == 1 ? keys[0] : string.Join(", ", keys.Take(keys.Count - 1)) + $" {last} " + keys[^1];
}
