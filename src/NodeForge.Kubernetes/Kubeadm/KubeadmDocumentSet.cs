using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Kubernetes.Kubeadm;

/// <summary>kubeadm's configuration of a node: JSON documents in a YAML stream.</summary>
/// <param name="Documents">In the stream's order.</param>
public sealed record KubeadmDocumentSet(IReadOnlyList<JsonObject> Documents)
{
    private const string Begin = "---\n";

    /// <summary>As it is written into a node.</summary>
    public string Text => string.Concat(Documents.Select(Written));

    /// <summary>Reads what <see cref="Text"/> is.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static KubeadmDocumentSet Parse(string text)
    {
        try
        {
            return new([.. text.Split(Begin, StringSplitOptions.RemoveEmptyEntries).Select(part => (JsonObject)JsonNode.Parse(part)!)]);
        }
        catch (Exception other)
            when (other is JsonException or InvalidCastException or NullReferenceException or InvalidOperationException or ArgumentException
            )
        {
            throw new FormatException(other.Message, other);
        }
    }

    /// <summary>The first document of a kind; null where there is none.</summary>
    public JsonObject? OfKind(string kind) => Documents.FirstOrDefault(document => (string?)document["kind"] == kind);

    private static string Written(JsonObject document)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true }))
            document.WriteTo(writer);
        return $"{Begin}{Encoding.UTF8.GetString(bytes.ToArray())}\n";
    }
}
