using System.Text.Json.Nodes;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>Further arguments of a Kubernetes program: a mapping until kubeadm's v1beta3, a list of name and value since v1beta4.</summary>
/// <remarks>Patches may have either form.</remarks>
public static class ExtraArguments
{
    public static bool IsKey(string key) => key is "extraArgs" or "kubeletExtraArgs";

    /// <summary>Changes arguments as a merge patch says, by their names; null takes one out.</summary>
    /// <remarks>A name that comes several times in the patch comes so often in the result.</remarks>
    public static JsonNode Merge(JsonNode? target, JsonNode patch, bool asLists)
    {
        List<ExtraArgument> arguments = [.. Read(target)];
        foreach (IGrouping<string, ExtraArgument> changes in Read(patch).GroupBy(change => change.Name))
        {
            int at = arguments.FindIndex(argument => argument.Name == changes.Key);
            arguments.RemoveAll(argument => argument.Name == changes.Key);
            arguments.InsertRange(at < 0 ? arguments.Count : at, changes.Where(change => change.Value is not null));
        }

        return Write(arguments, asLists);
    }

    /// <summary>The value of an argument; the last one where it comes several times.</summary>
    public static string? Find(JsonNode? arguments, string name) =>
        Read(arguments).LastOrDefault(argument => argument.Name == name)?.Value?.ToString();

    /// <summary>Gives all arguments in a document the form that its version wants.</summary>
    public static void Conform(JsonObject document, bool asLists)
    {
        foreach ((string key, JsonNode? value) in document.ToArray())
        {
            if (IsKey(key) && value is JsonArray or JsonObject)
                document[key] = Write(Read(value), asLists);
            else if (value is JsonObject inner)
                Conform(inner, asLists);
        }
    }

    public static JsonNode Write(IReadOnlyList<ExtraArgument> arguments, bool asLists)
    {
        if (asLists)
            return new JsonArray([
                .. arguments.Select(argument => new JsonObject { ["name"] = argument.Name, ["value"] = argument.Value?.DeepClone() }),
            ]);
        JsonObject map = [];
        foreach (ExtraArgument argument in arguments)
            map[argument.Name] = argument.Value?.DeepClone();
        return map;
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: an item of a list has no name.</exception>
    private static IReadOnlyList<ExtraArgument> Read(JsonNode? node) =>
        node switch
        {
            JsonObject map => [.. map.Select(pair => new ExtraArgument(pair.Key, pair.Value))],
            JsonArray list => [.. list.Select(OfItem)],
            _ => [],
        };

    private static ExtraArgument OfItem(JsonNode? item) =>
        item is JsonObject pair && pair["name"] is JsonValue name && name.TryGetValue(out string? text)
            ? new(text, pair["value"])
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ClusterFileValue, "an extra argument has no name")
                {
                    Got = item?.ToJsonString() ?? "null",
                    Want = "an item such as {name: v, value: \"4\"}",
                }
            );
}

/// <param name="Name">Without dashes before it.</param>
/// <param name="Value">Null in a patch that takes the argument out.</param>
public sealed record ExtraArgument(string Name, JsonNode? Value);
