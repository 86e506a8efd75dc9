namespace NodeForge.Documents.Yaml;

/// <summary>A value of a document with the place where it stands.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based, in UTF-16 units.</param>
public abstract record YamlNode(int Line, int Column)
{
    /// <summary>Nodes below and at this one, aliases counted as what they stand for.</summary>
    public abstract int Count { get; }

    /// <summary>Levels below and at this one.</summary>
    public abstract int Height { get; }

    /// <summary>What it is, in the words of a diagnostic.</summary>
    public abstract string Description { get; }
}
