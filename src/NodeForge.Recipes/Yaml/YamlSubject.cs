namespace NodeForge.Recipes.Yaml;

/// <summary>What is being read, in the words of messages.</summary>
/// <param name="Name">As in "the recipe".</param>
/// <param name="Plural">As in "recipes have no tags".</param>
/// <param name="Least">What one has to have; null where nothing has to be there.</param>
internal sealed record YamlSubject(string Name, string Plural, string? Least)
{
    public static YamlSubject Recipe { get; } = new("recipe", "recipes", "apiVersion, kind and name at least") { WhenTooLarge = "lay large content down from a file of its own, with source:" };

    public static YamlSubject ClusterFile { get; } = new("cluster file", "cluster files", "kind and apiVersion at least");

    public static YamlSubject Patch { get; } = new("patch", "patches", null);

    /// <summary>What to do with a document of more than <see cref="YamlLimits.Bytes"/>.</summary>
    public string WhenTooLarge { get; init; } = "leave out what is not needed";
}
