using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeForge.Clusters;

/// <summary>Applies a JSON patch (RFC 6902); its operations are JSON or YAML.</summary>
internal static class JsonPatching
{
    public static void Apply(JsonObject document, string text, PatchPlace patch)
    {
        if (YamlDocument.Read(text) is not JsonArray operations)
            throw Refused(patch, "it is not a list");
        foreach (JsonObject operation in operations.OfType<JsonObject>())
            Apply(document, operation, patch);
    }

    private static void Apply(JsonObject document, JsonObject operation, PatchPlace patch)
    {
        string path = (string?)operation["path"] ?? throw Refused(patch, "an operation has no path");
        switch ((string?)operation["op"])
        {
            case "add":
                Put(document, path, operation["value"]?.DeepClone(), patch);
                break;
            case "replace":
                Take(document, path, patch);
                Put(document, path, operation["value"]?.DeepClone(), patch);
                break;
            case "remove":
                Take(document, path, patch);
                break;
            case "move":
                Put(document, path, Take(document, From(operation, patch), patch), patch);
                break;
            case "copy":
                Put(document, path, Find(document, From(operation, patch), patch)?.DeepClone(), patch);
                break;
            case "test":
                if (!JsonNode.DeepEquals(Find(document, path, patch), operation["value"]))
                    throw Refused(patch, $"the test of {path} fails");
                break;
            default:
                throw Refused(patch, $"there is no operation '{operation["op"]}'");
        }
    }

    private static string From(JsonObject operation, PatchPlace patch) => (string?)operation["from"] ?? throw Refused(patch, "an operation has no from");

    // RFC 6901: ~1 is a slash, ~0 a tilde, in that order.
    private static string[] Parts(string pointer) =>
        [.. pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static JsonNode? Find(JsonNode document, string pointer, PatchPlace patch) =>
        Parts(pointer).Aggregate((JsonNode?)document, (node, part) => Child(node, part, pointer, patch));

    private static JsonNode? Child(JsonNode? node, string part, string pointer, PatchPlace patch) => node switch
    {
        JsonObject mapping when mapping.TryGetPropertyValue(part, out JsonNode? value) => value,
        JsonArray list when Index(part, list.Count - 1) is { } index => list[index],
        _ => throw Refused(patch, $"there is nothing at {pointer}"),
    };

    private static (JsonNode? Parent, string Last) Place(JsonObject document, string pointer, PatchPlace patch)
    {
        string[] parts = Parts(pointer);
        if (parts.Length == 0)
            throw Refused(patch, "the whole document cannot be replaced");
        return (parts[..^1].Aggregate((JsonNode?)document, (node, part) => Child(node, part, pointer, patch)), parts[^1]);
    }

    private static JsonNode? Take(JsonObject document, string pointer, PatchPlace patch)
    {
        (JsonNode? parent, string last) = Place(document, pointer, patch);
        JsonNode? taken = Child(parent, last, pointer, patch);
        if (parent is JsonArray list)
            list.RemoveAt(Index(last, list.Count - 1)!.Value);
        else
            ((JsonObject)parent!).Remove(last);
        return taken;
    }

    private static void Put(JsonObject document, string pointer, JsonNode? value, PatchPlace patch)
    {
        (JsonNode? parent, string last) = Place(document, pointer, patch);
        switch (parent)
        {
            case JsonObject mapping:
                mapping[last] = value;
                break;
            case JsonArray list when last == "-":
                list.Add(value);
                break;
            case JsonArray list when Index(last, list.Count) is { } index:
                list.Insert(index, value);
                break;
            default:
                throw Refused(patch, $"nothing can be put at {pointer}");
        }
    }

    private static int? Index(string part, int highest) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index <= highest ? index : null;

    private static NodeForgeException Refused(PatchPlace patch, string why) => new(new Diagnostic(ErrorCodes.ClusterFileValue, "a JSON patch cannot be applied")
    {
        Where = new(patch.Where),
        Got = why,
        Mend = $"compare it with {patch.Document} in a node",
    });
}

/// <summary>Where a patch stands and what it is for.</summary>
internal sealed record PatchPlace(string Where, string Document);
