namespace NodeForge.Documents.Yaml;

public sealed record YamlSequence(int Line, int Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column)
{
    public override int Count { get; } = 1 + Items.Sum(item => item.Count);

    public override int Height { get; } = 1 + Items.Select(item => item.Height).DefaultIfEmpty().Max();

    public override string Description => "a list";
}
