namespace NodeForge.Documents.Yaml;

/// <summary>What no honest recipe comes near; the largest shipped one is a hundredth of each.</summary>
public static class YamlLimits
{
    public const int Bytes = 1 << 20;

    /// <summary>Levels of nesting; the composer recurses as deep.</summary>
    public const int Depth = 32;

    /// <summary>Nodes with every alias expanded.</summary>
    public const int Nodes = 50_000;
}
