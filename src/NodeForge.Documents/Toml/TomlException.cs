using System.Diagnostics.CodeAnalysis;

namespace NodeForge.Documents.Toml;

/// <summary>A text that is not TOML, or has what is not read of it.</summary>
[SuppressMessage("Design", "CA1064", Justification = "It never leaves the assembly: who reads TOML makes a diagnostic of it.")]
public sealed class TomlException(string what, int line, int column) : Exception($"{what} (line {line}, column {column})")
{
    public int Line => line;

    public int Column => column;
}
