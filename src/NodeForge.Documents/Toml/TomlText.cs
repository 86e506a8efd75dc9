using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Documents.Toml;

/// <summary>Writes what <see cref="TomlDocument"/> reads: one value a line, tables below headers, so that a line can be found by its
/// key.</summary>
public static class TomlText
{
    public static string Of(JsonObject document)
    {
        StringBuilder text = new();
        Table(text, [], document);
        return text.ToString();
    }

    private static void Table(StringBuilder text, IReadOnlyList<string> path, JsonObject table)
    {
        foreach ((string key, JsonNode? value) in table.Where(pair => pair.Value is not null && !HasHeader(pair.Value)))
            text.Append(Key(key)).Append(" = ").Append(Value(value!)).Append('\n');
        foreach ((string key, JsonNode? value) in table.Where(pair => HasHeader(pair.Value)))
        {
            string[] below = [.. path, key];
            string name = string.Join('.', below.Select(Key));
            foreach (JsonObject item in value is JsonArray list ? list.Cast<JsonObject>() : [(JsonObject)value!])
            {
                text.Append(text.Length > 0 ? "\n" : "").Append(value is JsonArray ? $"[[{name}]]" : $"[{name}]").Append('\n');
                Table(text, below, item);
            }
        }
    }

    private static bool HasHeader(JsonNode? value) =>
        value is JsonObject || (value is JsonArray { Count: > 0 } list && list.All(item => item is JsonObject));

    private static string Value(JsonNode value) =>
        value switch
        {
            JsonObject table =>
                $"{{{string.Join(", ", table.Where(pair => pair.Value is not null).Select(pair => $"{Key(pair.Key)} = {Value(pair.Value!)}"))}}}",
            JsonArray list => $"[{string.Join(", ", list.Where(item => item is not null).Select(item => Value(item!)))}]",
            _ when value.GetValueKind() == JsonValueKind.String => Quoted(value.GetValue<string>()),
            _ => value.ToJsonString(),
        };

    private static string Key(string key) => key.Length > 0 && key.All(IsBare) ? key : Quoted(key);

    private static bool IsBare(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';

    private static string Quoted(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (character < ' ' || character == '\x7f')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }
}
