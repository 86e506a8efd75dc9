using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Documents.Json;

/// <summary>Equality as a patch's test has it (RFC 6902 section 4.6): numbers by their value, members of a mapping in any order.</summary>
public static class JsonEquality
{
    public static bool Are(JsonNode? one, JsonNode? other) =>
        (one, other) switch
        {
            (null, null) => true,
            (JsonObject first, JsonObject second) => first.Count == second.Count
                && first.All(pair => second.TryGetPropertyValue(pair.Key, out JsonNode? value) && Are(pair.Value, value)),
            (JsonArray first, JsonArray second) => first.Count == second.Count
                && first.Zip(second).All(pair => Are(pair.First, pair.Second)),
            (JsonValue first, JsonValue second) when IsNumber(first) && IsNumber(second) => AreNumbers(
                first.ToJsonString(),
                second.ToJsonString()
            ),
            _ => JsonNode.DeepEquals(one, other),
        };

    private static bool IsNumber(JsonValue value) => value.GetValueKind() == JsonValueKind.Number;

    // Within a decimal's reach exactly, beyond it as the numbers of JavaScript are compared.
    private static bool AreNumbers(string one, string other)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return
            decimal.TryParse(one, NumberStyles.Float, invariant, out decimal first)
            && decimal.TryParse(other, NumberStyles.Float, invariant, out decimal second)
            ? first == second
            : double.Parse(one, NumberStyles.Float, invariant).Equals(double.Parse(other, NumberStyles.Float, invariant));
    }
}
