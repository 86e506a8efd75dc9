using System.Globalization;
using System.Numerics;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;

namespace NodeForge.Clusters.Configuration;

/// <summary>A mapping of a cluster file as kind's reader takes it: what has no value is as if left out, any scalar is text where text is
/// asked for,
/// and YAML 1.1's words are truth values.</summary>
internal sealed class ClusterFields
{
    private const int HighestPort = 65535;

    private readonly Fields fields;

    public ClusterFields(DocumentFile file, YamlMapping mapping, string place, params string[] keys) =>
        fields = new(
            file,
            mapping with
            {
                Entries = [.. mapping.Entries.Where(entry => !IsNull(entry.Value) || !keys.Contains(entry.Key.Text))],
            },
            place,
            keys
        );

    public DocumentFile File => fields.File;

    public YamlMapping Mapping => fields.Mapping;

    public YamlNode? this[string key] => fields[key];

    /// <summary>The node that a message about a key points at.</summary>
    public YamlNode At(string key) => fields[key] ?? fields.Mapping;

    public static bool IsNull(YamlNode node) => node is YamlScalar { Type: ScalarType.Null };

    /// <summary>Null where the key is left out or its text is empty.</summary>
    public string? Text(string key)
    {
        if (fields[key] is not { } node)
            return null;
        if (node is YamlScalar scalar)
            return scalar.Text.Length > 0 ? scalar.Text : null;
        File.WrongType(node, key, "a string");
        return null;
    }

    /// <summary>Reports it where it is left out.</summary>
    public string? Required(string key)
    {
        if (Text(key) is { } text)
            return text;
        if (fields[key] is null or YamlScalar)
            fields.ReportMissing(key);
        return null;
    }

    public bool Flag(string key)
    {
        if (fields[key] is not { } node)
            return false;
        if (Truth(node) is { } value)
            return value;
        File.WrongType(node, key, "true or false");
        return false;
    }

    // A word in quotes is text, except that Go's reader takes YAML 1.1's words even so.
    public static bool? Truth(YamlNode node) =>
        node switch
        {
            YamlScalar { IsPlain: true } scalar => KubernetesScalar.Truth(scalar.Text),
            YamlScalar { Text: not ("true" or "True" or "TRUE" or "false" or "False" or "FALSE") } scalar => KubernetesScalar.Truth(
                scalar.Text
            ),
            _ => null,
        };

    /// <summary>One of a few words.</summary>
    public T Choice<T>(string key, T otherwise, params (string Word, T Value)[] choices)
    {
        if (Text(key) is not { } text)
            return otherwise;
        foreach ((string word, T value) in choices)
        {
            if (word == text)
                return value;
        }

        string[] words = [.. choices.Select(choice => choice.Word)];
        File.Report(
            ErrorCodes.ClusterFileValue,
            At(key),
            $"{key} is none of its values",
            got: Quoted.Short(text),
            want: "one of " + string.Join(", ", words),
            hint: DidYouMean.Nearest(text, words) is { } near ? $"did you mean {near}?" : null
        );
        return otherwise;
    }

    /// <summary>A port; 0 chooses one, -1 leaves the choice to the engine, where these are allowed.</summary>
    public int Port(string key, int otherwise, int lowest)
    {
        if (fields[key] is not { } node)
            return otherwise;
        if (node is YamlScalar { IsPlain: true } scalar && Whole(scalar.Text) is { } number)
        {
            if (number >= lowest && number <= HighestPort)
                return (int)number;
            File.Report(
                ErrorCodes.ClusterFileValue,
                node,
                $"{key} is no port",
                got: Quoted.Short(scalar.Text),
                want: string.Create(CultureInfo.InvariantCulture, $"{lowest} to {HighestPort}")
            );
            return otherwise;
        }

        File.WrongType(node, key, "a number");
        return otherwise;
    }

    public string Address(string key, string otherwise)
    {
        if (Text(key) is not { } text)
            return otherwise;
        if (AddressText.TryParse(text, out System.Net.IPAddress? address))
            return address.ToString();
        File.Report(
            ErrorCodes.ClusterFileValue,
            At(key),
            $"{key} is no address",
            got: Quoted.Short(text),
            want: "an address such as 127.0.0.1, four decimal numbers without leading zeros, or ::1",
            hint: text.StartsWith('[') ? "leave the brackets out" : null
        );
        return otherwise;
    }

    /// <summary>The nodes of a list but those without a value.</summary>
    public IReadOnlyList<YamlNode> Items(string key) => [.. fields.Items(key).Where(item => !IsNull(item))];

    /// <summary>The mappings of a list.</summary>
    public IReadOnlyList<ClusterFields> Sections(string key, params string[] keys) =>
        [.. Items(key).Select(item => Section(item, $"an item of {key}", key, keys)).OfType<ClusterFields>()];

    public ClusterFields? Section(string key, params string[] keys) => fields[key] is { } node ? Section(node, key, key, keys) : null;

    /// <summary>The scalars of a list.</summary>
    public IReadOnlyList<YamlScalar> Scalars(string key) =>
        [.. Items(key).Where(item => TextOf(item, $"an item of {key}") is not null).Cast<YamlScalar>()];

    /// <summary>A mapping of names to scalars, those without a value with an empty text.</summary>
    public IReadOnlyList<(YamlScalar Name, YamlScalar Value)> Pairs(string key)
    {
        if (fields[key] is not { } node)
            return [];
        if (node is not YamlMapping mapping)
        {
            File.WrongType(node, key, "a mapping of names to values");
            return [];
        }

        List<(YamlScalar, YamlScalar)> pairs = [];
        foreach ((YamlScalar name, YamlNode value) in mapping.Entries)
        {
            if (value is YamlScalar scalar)
                pairs.Add((name, IsNull(value) ? scalar with { Text = string.Empty } : scalar));
            else
                File.WrongType(value, name.Text, "a string");
        }

        return pairs;
    }

    private string? TextOf(YamlNode node, string key)
    {
        if (node is YamlScalar scalar)
            return scalar.Text;
        File.WrongType(node, key, "a string");
        return null;
    }

    private ClusterFields? Section(YamlNode node, string name, string place, string[] keys)
    {
        if (node is YamlMapping mapping)
            return new(File, mapping, place, keys);
        File.WrongType(node, name, "a mapping with " + string.Join(", ", keys));
        return null;
    }

    // Go's reader takes 80.0 for a whole number too.
    private static BigInteger? Whole(string text)
    {
        if (KubernetesScalar.Integer(text) is { } whole)
            return whole;
        const NumberStyles Fraction = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        return decimal.TryParse(text, Fraction, CultureInfo.InvariantCulture, out decimal number) && decimal.IsInteger(number)
            ? new BigInteger(number)
            : null;
    }
}
