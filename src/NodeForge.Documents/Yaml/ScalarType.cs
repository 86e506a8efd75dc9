namespace NodeForge.Documents.Yaml;

/// <summary>The tags of YAML 1.2's core schema (section 10.3).</summary>
public enum ScalarType
{
    String,
    Null,
    Boolean,
    Integer,
    Float,
}
