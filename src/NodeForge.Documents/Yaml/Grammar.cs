using System.Text.RegularExpressions;

namespace NodeForge.Documents.Yaml;

/// <summary>The form of a value.</summary>
/// <param name="Form">Matches the whole value; linear in its length.</param>
/// <param name="Want">The form in words, with an example.</param>
/// <param name="Code">What a value of another form is.</param>
public sealed record Grammar(Regex Form, string Want, ErrorCode Code);
