using System.Text.Json.Nodes;

namespace NodeForge.Documents.Toml;

/// <summary>Where headers and dotted keys put things, and what must not be opened a second time.</summary>
internal sealed class TomlTables(TomlCursor cursor)
{
    private readonly HashSet<JsonNode> named = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<JsonNode> closed = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<JsonNode> dotted = new(ReferenceEqualityComparer.Instance);

    /// <summary>The table of <c>[a.b]</c>.</summary>
    public JsonObject Open(JsonObject root, IReadOnlyList<string> path)
    {
        JsonObject parent = Way(root, path);
        JsonObject table = parent[path[^1]] switch
        {
            null when !parent.ContainsKey(path[^1]) => Added(parent, path[^1]),
            JsonObject there when !named.Contains(there) && !closed.Contains(there) && !dotted.Contains(there) => there,
            _ => throw cursor.Refuse($"{Text(path)} is there already"),
        };
        named.Add(table);
        return table;
    }

    /// <summary>A new table at the end of <c>[[a.b]]</c>.</summary>
    public JsonObject Append(JsonObject root, IReadOnlyList<string> path)
    {
        JsonObject parent = Way(root, path);
        if (!parent.TryGetPropertyValue(path[^1], out JsonNode? there))
            parent[path[^1]] = there = new JsonArray();
        if (there is not JsonArray list || closed.Contains(list))
            throw cursor.Refuse($"{Text(path)} is there already");
        JsonObject table = [];
        list.Add((JsonNode)table);
        return table;
    }

    /// <summary>Sets <c>a.b = value</c> below a table.</summary>
    public void Set(JsonObject table, IReadOnlyList<string> path, JsonNode value)
    {
        JsonObject parent = table;
        foreach (string part in path.Take(path.Count - 1))
        {
            if (!parent.TryGetPropertyValue(part, out JsonNode? there))
                dotted.Add(there = Added(parent, part));
            if (there is not JsonObject next || closed.Contains(next) || named.Contains(next))
                throw cursor.Refuse($"{Text(path)} leads through what cannot be added to");
            parent = next;
        }

        if (parent.ContainsKey(path[^1]))
            throw cursor.Refuse($"{Text(path)} is there already");
        parent[path[^1]] = value;
    }

    /// <summary>Inline tables and arrays are whole where they stand.</summary>
    public T Close<T>(T node)
        where T : JsonNode
    {
        closed.Add(node);
        return node;
    }

    // Headers go through the last table of an array of tables.
    private JsonObject Way(JsonObject root, IReadOnlyList<string> path)
    {
        JsonObject at = root;
        foreach (string part in path.Take(path.Count - 1))
        {
            JsonNode? there = at.TryGetPropertyValue(part, out JsonNode? found) ? found : Added(at, part);
            at = there switch
            {
                JsonObject table when !closed.Contains(table) => table,
                JsonArray list when !closed.Contains(list) => (JsonObject)list[^1]!,
                _ => throw cursor.Refuse($"{Text(path)} leads through what is no table"),
            };
        }

        return at;
    }

    private static JsonObject Added(JsonObject parent, string name)
    {
        JsonObject made = [];
        parent[name] = made;
        return made;
    }

    private static string Text(IReadOnlyList<string> path) => Printable.Escape(string.Join('.', path));
}
