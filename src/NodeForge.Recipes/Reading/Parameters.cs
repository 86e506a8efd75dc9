using System.Text;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;

namespace NodeForge.Recipes.Reading;

/// <summary>The parameters of a node recipe: declared with defaults, overridden by the caller, filled in for <c>${name}</c>.</summary>
internal sealed class Parameters
{
    private readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> declared = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <summary>As they are in effect, by name.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    /// <param name="file">Takes the problems.</param>
    /// <param name="declaration">What stands at <c>parameters:</c>, if anything.</param>
    /// <param name="overrides">From the caller.</param>
    public static Parameters Read(DocumentFile file, YamlNode? declaration, IReadOnlyDictionary<string, string> overrides)
    {
        Parameters parameters = new();
        if (declaration is YamlMapping mapping)
        {
            foreach ((YamlScalar name, YamlNode value) in mapping.Entries)
                parameters.Declare(file, name, value);
        }
        else if (declaration is not null)
        {
            file.WrongType(declaration, "parameters", "a mapping of names to defaults");
        }

        foreach ((string name, string value) in overrides.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (parameters.declared.ContainsKey(name))
                parameters.values[name] = value;
            else
                file.Add(Undeclared(file, name, parameters.declared.Keys));
        }

        return parameters;
    }

    public static Diagnostic Undeclared(DocumentFile file, string name, IEnumerable<string> known)
    {
        string[] names = [.. known.Order(StringComparer.Ordinal)];
        return new(ErrorCodes.RecipeParameter, $"the recipe has no parameter {Printable.Escape(name)} to set")
        {
            Where = new(file.Path),
            Want = names.Length == 0 ? "no parameters: the recipe declares none" : "one of " + string.Join(", ", names),
            Hint = DidYouMean.Nearest(name, names) is { } near ? $"did you mean {near}?" : null,
        };
    }

    /// <summary>The text with each <c>${name}</c> replaced, and each <c>$${</c> by <c>${</c>.</summary>
    public string Fill(DocumentFile file, YamlScalar scalar)
    {
        string text = scalar.Text;
        if (!text.Contains("${", StringComparison.Ordinal))
            return text;
        StringBuilder filled = new(text.Length);
        int at = 0;
        for (int open = text.IndexOf("${", StringComparison.Ordinal); open >= 0; open = text.IndexOf("${", at, StringComparison.Ordinal))
        {
            if (open > at && text[open - 1] == '$')
            {
                filled.Append(text, at, open - 1 - at).Append("${");
                at = open + 2;
                continue;
            }

            int close = text.IndexOf('}', open);
            string name = close < 0 ? text[(open + 2)..] : text[(open + 2)..close];
            filled.Append(text, at, open - at).Append(Value(file, scalar, name));
            at = close < 0 ? text.Length : close + 1;
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Reports what is declared and never used: most often a misspelt use.</summary>
    public void ReportUnused(DocumentFile file)
    {
        foreach ((string name, YamlNode at) in declared.Where(entry => !used.Contains(entry.Key)))
            file.Report(
                ErrorCodes.RecipeParameter,
                at,
                $"the parameter {name} is never used",
                hint: $"use it as ${{{name}}}, or leave it out"
            );
    }

    private void Declare(DocumentFile file, YamlScalar name, YamlNode value)
    {
        declared.TryAdd(name.Text, name);
        if (!RecipeGrammar.Parameter.Form.IsMatch(name.Text))
            file.Report(
                ErrorCodes.RecipeInvalidValue,
                name,
                "a parameter's name does not have its form",
                got: Quoted.Short(name.Text),
                want: RecipeGrammar.Parameter.Want
            );
        if (value is YamlScalar { Type: ScalarType.String } text)
            values[name.Text] = text.Text;
        else
            file.WrongType(value, name.Text, "a string, the default");
    }

    private string Value(DocumentFile file, YamlScalar at, string name)
    {
        used.Add(name);
        if (values.TryGetValue(name, out string? value))
            return value;
        if (!declared.ContainsKey(name))
            file.Report(
                ErrorCodes.RecipeParameter,
                at,
                $"the parameter {Quoted.Short(name)} is not declared",
                want: values.Count == 0 ? null : "one of " + string.Join(", ", values.Keys),
                hint: DidYouMean.Nearest(name, values.Keys) is { } near
                    ? $"did you mean {near}?"
                    : "declare it under parameters:, or write $${ for a literal ${"
            );
        return name;
    }
}
