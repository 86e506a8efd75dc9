using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeForge.Matrices.Emission;

/// <summary>JSON values as YAML that people read: blocks, and quotes where a reader could take a text for something else.</summary>
internal static partial class YamlOutput
{
    /// <summary>Documents in one file.</summary>
    public static string Write(params IEnumerable<JsonObject> documents) =>
        string.Join(
            "---\n",
            documents.Select(document =>
            {
                StringBuilder text = new();
                AppendMapping(text, document, 0);
                return text.ToString();
            })
        );

    private static void AppendMapping(StringBuilder text, JsonObject mapping, int depth, bool first = false)
    {
        foreach ((string key, JsonNode? value) in mapping)
        {
            if (!first)
                text.Append(' ', depth * 2);
            first = false;
            text.Append(Scalar(key)).Append(':');
            AppendValue(text, value, depth);
        }
    }

    private static void AppendValue(StringBuilder text, JsonNode? value, int depth)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } mapping:
                text.Append('\n');
                AppendMapping(text, mapping, depth + 1);
                break;
            case JsonArray { Count: > 0 } list when list.All(item => item is JsonValue):
                text.Append(" [").AppendJoin(", ", list.Select(Scalar)).Append("]\n");
                break;
            case JsonArray { Count: > 0 } list:
                text.Append('\n');
                foreach (JsonNode? item in list)
                {
                    text.Append(' ', depth * 2).Append("- ");
                    AppendMapping(text, item!.AsObject(), depth + 1, first: true);
                }

                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    private static string Scalar(JsonNode? value) =>
        value switch
        {
            JsonValue text when text.GetValueKind() == JsonValueKind.String => Scalar(text.GetValue<string>()),
            JsonObject => "{}",
            JsonArray => "[]",
            JsonValue scalar => scalar.ToJsonString(),
            _ => "null",
        };

    // YAML takes JSON's strings for what they are.
    private static string Scalar(string text) =>
        Plain().IsMatch(text) ? text : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    // Words of YAML 1.1 among them (yes, off, null) and numbers (1e3, 0x1f) are quoted: plain text has a letter first and three letters at
    // least.
    [GeneratedRegex(@"\A(?!(?i:true|false|null|yes|off)\z)(?:[A-Za-z][A-Za-z0-9./_-]{2,}|/[A-Za-z0-9./_-]*)\z")]
    private static partial Regex Plain();
}
