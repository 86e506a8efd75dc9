namespace NodeForge.Documents.Yaml;

/// <summary>What is being read, in the words of messages.</summary>
/// <param name="Name">As in "the recipe".</param>
/// <param name="Plural">As in "recipes have no tags".</param>
/// <param name="Least">What one has to have; null where nothing has to be there.</param>
public sealed record YamlSubject(string Name, string Plural, string? Least)
{
    public static YamlSubject Recipe { get; } =
        new("recipe", "recipes", "apiVersion, kind and name at least")
        {
            WhenTooLarge = "lay large content down from a file of its own, with source:",
        };

    public static YamlSubject ClusterFile { get; } =
        new("cluster file", "cluster files", "kind and apiVersion at least")
        {
            MergesKeys = true,
            EndsWithFirstDocument = true,
            MayBePipe = true,
        };

    public static YamlSubject Patch { get; } = new("patch", "patches", null) { MergesKeys = true };

    /// <summary>Whether <c>&lt;&lt;</c> merges mappings, as YAML 1.1 has it and Kubernetes' readers do.</summary>
    public bool MergesKeys { get; init; }

    /// <summary>Whether nothing is read of further documents, as kind does with its file.</summary>
    public bool EndsWithFirstDocument { get; init; }

    /// <summary>Whether it may come out of a pipe or a device: <c>/dev/stdin</c>, a shell's <c>&lt;(...)</c>.</summary>
    public bool MayBePipe { get; init; }

    /// <summary>What to do with a document of more than <see cref="YamlLimits.Bytes"/>.</summary>
    public string WhenTooLarge { get; init; } = "leave out what is not needed";
}
