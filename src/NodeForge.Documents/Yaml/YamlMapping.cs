namespace NodeForge.Documents.Yaml;

/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
/// <param name="Entries">In the order of the text, keys unique.</param>
public sealed record YamlMapping(int Line, int Column, IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries) : YamlNode(Line, Column)
{
    public override int Count { get; } = 1 + Entries.Sum(entry => 1 + entry.Value.Count);

    public override int Height { get; } = 1 + Entries.Select(entry => entry.Value.Height).DefaultIfEmpty().Max();

    public override string Description => "a mapping";

    public YamlNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;
}
