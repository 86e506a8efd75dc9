using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Documents.Yaml;

namespace NodeForge.Documents.Json;

/// <summary>Applies a JSON patch (RFC 6902).</summary>
public static class JsonPatching
{
    // Of what a patch makes: kubeadm's documents have five. Whatever walks them recurses as deep.
    private const int MostLevels = 2 * YamlLimits.Depth;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: the operations are malformed, or do not fit the
    /// document.</exception>
    public static void Apply(JsonObject document, string text, PatchPlace patch) =>
        Apply(document, YamlDocument.Read(text) as JsonArray ?? throw Refused(patch, "it is not a list"), patch);

    /// <inheritdoc cref="Apply(JsonObject, string, PatchPlace)"/>
    public static void Apply(JsonObject document, JsonArray operations, PatchPlace patch)
    {
        JsonNode? result = Result(document.DeepClone(), operations, patch);
        if (result is not JsonObject changed)
            throw Refused(patch, "what it leaves is not a mapping");
        document.Clear();
        foreach ((string key, JsonNode? value) in changed.ToArray())
        {
            changed.Remove(key);
            document[key] = value;
        }
    }

    /// <summary>What operations make of a document, which is not to be used any longer.</summary>
    internal static JsonNode? Result(JsonNode? document, JsonArray operations, PatchPlace patch)
    {
        int copied = 0;
        foreach (JsonNode? operation in operations)
            document = Next(document, operation as JsonObject ?? throw Refused(patch, "an operation is not a mapping"), patch, ref copied);
        return document;
    }

    /// <summary>What makes an operation one that no document takes; null for the others.</summary>
    public static string? Malformed(JsonNode? operation)
    {
        PatchPlace nowhere = new(new(string.Empty), string.Empty);
        try
        {
            JsonObject mapping = operation as JsonObject ?? throw Refused(nowhere, "an operation is not a mapping");
            Pointer(mapping, "path", nowhere);
            switch (Text(mapping, "op", nowhere))
            {
                case "add" or "replace" or "test":
                    Value(mapping, nowhere);
                    break;
                case "move" or "copy":
                    Pointer(mapping, "from", nowhere);
                    break;
                case not "remove" and string other:
                    return $"there is no operation '{other}'";
            }
        }
        catch (NodeForgeException refused)
        {
            return refused.Diagnostics[0].Got;
        }

        return null;
    }

    private static JsonNode? Next(JsonNode? document, JsonObject operation, PatchPlace patch, ref int copied)
    {
        JsonPointer path = Pointer(operation, "path", patch);
        switch (Text(operation, "op", patch))
        {
            case "add":
                return path.Put(document, Fitting(Value(operation, patch), path, patch));
            case "replace":
                JsonNode? value = Fitting(Value(operation, patch), path, patch);
                return path.IsRoot ? value : path.Put(path.Take(document, out _), value);
            case "remove":
                return path.Take(document, out _);
            case "move":
                JsonPointer from = Pointer(operation, "from", patch);
                if (from.IsAbove(path))
                    throw Refused(patch, $"{from} cannot be moved into itself");
                document = from.Take(document, out JsonNode? moved);
                return path.Put(document, Fitting(moved, path, patch));
            case "copy":
                JsonNode? original = Fitting(Pointer(operation, "from", patch).Find(document), path, patch);
                // What copies a copy doubles it.
                copied += Nodes(original);
                if (copied > YamlLimits.Nodes)
                    throw Refused(patch, $"its copies have more than {YamlLimits.Nodes} values");
                return path.Put(document, original?.DeepClone());
            case "test":
                return JsonEquality.Are(path.Find(document), Value(operation, patch))
                    ? document
                    : throw Refused(patch, $"the test of {path} fails");
            case var other:
                throw Refused(patch, $"there is no operation '{other}'");
        }
    }

    private static JsonNode? Fitting(JsonNode? value, JsonPointer path, PatchPlace patch) =>
        path.Levels + Levels(value) <= MostLevels
            ? value
            : throw Refused(patch, $"what it puts at {Quoted.Short(path.ToString())} is nested more than {MostLevels} levels deep");

    private static int Levels(JsonNode? node) => 1 + Children(node).Select(Levels).DefaultIfEmpty().Max();

    private static int Nodes(JsonNode? node) => 1 + Children(node).Sum(Nodes);

    private static IEnumerable<JsonNode?> Children(JsonNode? node) =>
        node switch
        {
            JsonObject mapping => mapping.Select(pair => pair.Value),
            JsonArray list => list,
            _ => [],
        };

    // A value of null is one; a value that is left out is none.
    private static JsonNode? Value(JsonObject operation, PatchPlace patch) =>
        operation.TryGetPropertyValue("value", out JsonNode? value)
            ? value?.DeepClone()
            : throw Refused(patch, $"an operation at {operation["path"]} has no value");

    private static JsonPointer Pointer(JsonObject operation, string key, PatchPlace patch) => new(Text(operation, key, patch), patch);

    private static string Text(JsonObject operation, string key, PatchPlace patch) =>
        operation[key] switch
        {
            null => throw Refused(patch, $"an operation has no {key}"),
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            { } other => throw Refused(patch, $"{key} is not text: {other.ToJsonString()}"),
        };

    internal static NodeForgeException Refused(PatchPlace patch, string why) =>
        new(
            new Diagnostic(ErrorCodes.ClusterFileValue, "a JSON patch cannot be applied")
            {
                Where = patch.Where,
                Got = why,
                Hint = $"compare it with {patch.Document} in a node",
            }
        );
}

/// <summary>Where a patch stands and what it is for.</summary>
public sealed record PatchPlace(Location Where, string Document);
