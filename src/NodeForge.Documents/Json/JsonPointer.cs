using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeForge.Documents.Json;

/// <summary>A place in a document (RFC 6901).</summary>
internal sealed class JsonPointer
{
    private readonly PatchPlace patch;
    private readonly string text;
    private readonly string[] parts;

    /// <exception cref="NodeForgeException">It is neither empty nor begins with a slash, or has a tilde that stands for
    /// nothing.</exception>
    public JsonPointer(string text, PatchPlace patch)
    {
        (this.text, this.patch) = (text, patch);
        if (text.Length > 0 && text[0] != '/')
            throw JsonPatching.Refused(patch, $"the pointer {Printable.Escape(text)} does not begin with a slash");
        parts = [.. text.Split('/').Skip(1).Select(Unescaped)];
    }

    public bool IsRoot => parts.Length == 0;

    public int Levels => parts.Length;

    public override string ToString() => Printable.Escape(text);

    /// <summary>Whether the other place lies within the value at this one.</summary>
    public bool IsAbove(JsonPointer other) => parts.Length < other.parts.Length && parts.SequenceEqual(other.parts.Take(parts.Length));

    public JsonNode? Find(JsonNode? document) => parts.Aggregate(document, Child);

    /// <summary>The document without the value that is here.</summary>
    public JsonNode? Take(JsonNode? document, out JsonNode? taken)
    {
        taken = Find(document);
        if (IsRoot)
            return null;
        if (Parent(document) is JsonArray list)
            list.RemoveAt(Index(parts[^1], list.Count - 1)!.Value);
        else
            ((JsonObject)Parent(document)!).Remove(parts[^1]);
        return document;
    }

    /// <summary>The document with a value here: in a mapping in place of another, in a list before it.</summary>
    public JsonNode? Put(JsonNode? document, JsonNode? value)
    {
        if (IsRoot)
            return value;
        switch (Parent(document))
        {
            case JsonObject mapping:
                mapping[parts[^1]] = value;
                break;
            case JsonArray list when parts[^1] == "-":
                list.Add(value);
                break;
            case JsonArray list when Index(parts[^1], list.Count) is { } index:
                list.Insert(index, value);
                break;
            default:
                throw JsonPatching.Refused(patch, $"nothing can be put at {this}");
        }

        return document;
    }

    private JsonNode? Parent(JsonNode? document) => parts[..^1].Aggregate(document, Child);

    private JsonNode? Child(JsonNode? node, string part) =>
        node switch
        {
            JsonObject mapping when mapping.TryGetPropertyValue(part, out JsonNode? value) => value,
            JsonArray list when Index(part, list.Count - 1) is { } index => list[index],
            _ => throw JsonPatching.Refused(patch, $"there is nothing at {this}"),
        };

    // ~1 is a slash, ~0 a tilde, in that order.
    private string Unescaped(string part)
    {
        for (int at = part.IndexOf('~', StringComparison.Ordinal); at >= 0; at = part.IndexOf('~', at + 1))
        {
            if (at + 1 == part.Length || part[at + 1] is not ('0' or '1'))
                throw JsonPatching.Refused(patch, $"a tilde in the pointer {this} is neither ~0 nor ~1");
        }

        return part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }

    // No leading zeros, RFC 6901 section 4.
    private static int? Index(string part, int highest) =>
        (part.Length == 1 || !part.StartsWith('0'))
        && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
        && index <= highest
            ? index
            : null;
}
