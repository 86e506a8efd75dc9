using System.Text.Json.Nodes;

namespace NodeForge.Documents.Yaml;

/// <summary>YAML documents as JSON sees them, scalars as kind's and kubeadm's reader takes them.</summary>
public static class YamlDocument
{
    /// <summary>The first document; null where there is none.</summary>
    /// <exception cref="NodeForgeException">It is not YAML, or has something that JSON has not.</exception>
    public static JsonNode? Read(string text) => Nodes(text) is [YamlNode first, ..] ? Convert(first) : null;

    /// <param name="text">All of it.</param>
    /// <param name="firstLine">The line of a file in which it begins, so that places are the file's.</param>
    /// <exception cref="NodeForgeException">It is not YAML.</exception>
    public static IReadOnlyList<YamlNode> Nodes(string text, int firstLine = 1) =>
        YamlComposer.ComposeAll(
            "patch",
            new string('\n', firstLine - 1) + text,
            YamlSubject.Patch,
            problem => throw new NodeForgeException(problem)
        );

    public static JsonNode? Convert(YamlNode node) =>
        node switch
        {
            YamlMapping mapping => Convert(mapping),
            YamlSequence sequence => new JsonArray([.. sequence.Items.Select(Convert)]),
            YamlScalar scalar => KubernetesScalar.Read(scalar),
            _ => throw new InvalidOperationException(node.Description),
        };

    private static JsonObject Convert(YamlMapping mapping)
    {
        JsonObject result = [];
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
            result[KubernetesScalar.Read(key)?.ToString() ?? "null"] = Convert(value);
        return result;
    }
}
