using System.Globalization;
using System.Text.Json.Nodes;
using NodeForge.Recipes.Yaml;

namespace NodeForge.Clusters;

/// <summary>A YAML document as JSON sees it.</summary>
internal static class YamlDocument
{
    public static JsonNode? Read(string text) => Convert(YamlComposer.Compose("patch", text, YamlSubject.Patch, problem => throw new NodeForgeException(problem)));

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMapping mapping => Convert(mapping),
        YamlSequence sequence => new JsonArray([.. sequence.Items.Select(Convert)]),
        YamlScalar scalar => Convert(scalar),
        _ => throw new InvalidOperationException(node.Description),
    };

    private static JsonObject Convert(YamlMapping mapping)
    {
        JsonObject result = [];
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
            result[key.Text] = Convert(value);
        return result;
    }

    private static JsonNode? Convert(YamlScalar scalar) => scalar.Type switch
    {
        ScalarType.Null => null,
        ScalarType.Boolean => scalar.Text[0] is 't' or 'T',
        ScalarType.Integer or ScalarType.Float => JsonNode.Parse(CoreSchema.CanonicalNumber(scalar.Text).ToString(CultureInfo.InvariantCulture)),
        _ => scalar.Text,
    };
}
