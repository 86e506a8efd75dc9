using System.Text.RegularExpressions;
using NodeForge.Documents.Yaml;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge.Matrices.Reading;

/// <summary>Reads a matrix with every recipe that it names.</summary>
public static partial class MatrixReader
{
    private static readonly YamlSubject Subject = new("matrix", "matrices", "apiVersion, kind and name at least");
    private static readonly string[] Keys =
    [
        "apiVersion",
        "kind",
        "name",
        "recipes",
        "parameters",
        "platforms",
        "exclude",
        "include",
        "outputs",
    ];

    private static readonly Grammar ApiVersion = Of(ApiVersionText(), "nodeforge.dev/v1alpha1", ErrorCodes.RecipeUnknownKind);
    private static readonly Grammar Kind = Of(KindText(), "Matrix", ErrorCodes.RecipeUnknownKind);
    private static readonly Grammar Name = Of(NameText(), "lower-case letters, digits and dashes, at most 40 characters");
    private static readonly Grammar PlatformName = Of(PlatformText(), "linux/amd64 or linux/arm64", ErrorCodes.RecipePlatform);
    private static readonly Grammar Value = Of(ValueText(), "text without control characters, at most 255 characters");
    private static readonly Grammar Parameter = Of(ParameterText(), "a parameter's name, neither recipe nor platform");

    /// <param name="path">The file, absolute: the recipes that it names begin in its folder.</param>
    /// <exception cref="NodeForgeException">Every problem of the file at once, NF10xx and NF70xx; then every problem of its
    /// recipes.</exception>
    public static Matrix Read(string path)
    {
        DocumentFile file = new(Path.GetFullPath(path));
        string text = YamlText.Load(file.Path, Subject);
        if (YamlComposer.Compose(file.Path, text, Subject, file.Add) is not YamlMapping top)
        {
            file.Add(new(ErrorCodes.RecipeWrongType, "the matrix is not a mapping") { Where = new(file.Path, 1, 1) });
            throw new NodeForgeException([.. file.Problems]);
        }

        Fields matrix = new(file, top, "", Keys);
        matrix.Required("apiVersion", ApiVersion);
        matrix.Required("kind", Kind);
        string name = matrix.Required("name", Name);
        IReadOnlyList<Combination> combinations = Combinations(matrix);
        IReadOnlyList<string> outputs = matrix.Texts("outputs", Value);
        if (file.Problems.Any())
            throw new NodeForgeException([.. file.Problems]);
        return new()
        {
            File = file.Path,
            Name = name,
            Images = new MatrixImages(file, matrix).Read(combinations, outputs),
            Outputs = outputs,
        };
    }

    private static IReadOnlyList<Combination> Combinations(Fields matrix)
    {
        List<Axis> axes = [new(Combination.Recipe, matrix.RequiredTexts("recipes", Value))];
        if (matrix["parameters"] is YamlMapping parameters)
        {
            Fields values = new(matrix.File, parameters, "parameters", [.. parameters.Entries.Select(entry => entry.Key.Text)]);
            foreach (YamlScalar key in parameters.Entries.Select(entry => entry.Key))
            {
                if (!Parameter.Form.IsMatch(key.Text))
                    matrix.File.Report(Parameter.Code, key, "this is no name of a parameter", got: key.Text, want: Parameter.Want);
                axes.Add(new(key.Text, values.RequiredTexts(key.Text, Value)));
            }
        }
        else if (matrix["parameters"] is { } other)
        {
            matrix.File.WrongType(other, "parameters", "a mapping of names to lists of values");
        }

        axes.Add(new(Combination.Platform, matrix.RequiredTexts("platforms", PlatformName)));
        Expansion expansion = new(matrix.File, axes);
        expansion.Multiply(matrix.Mapping);
        foreach (Selection entry in Selections(matrix, "exclude", axes))
            expansion.Exclude(entry);
        foreach (Selection entry in Selections(matrix, "include", axes))
            expansion.Include(entry);
        return expansion.Combinations;
    }

    private static IEnumerable<Selection> Selections(Fields matrix, string key, IReadOnlyList<Axis> axes)
    {
        foreach (YamlNode item in matrix.Items(key))
        {
            if (item is not YamlMapping mapping)
            {
                matrix.File.WrongType(item, $"an item of {key}", "a mapping of axes to values");
                continue;
            }

            Dictionary<string, string> values = new(StringComparer.Ordinal);
            foreach ((YamlScalar name, YamlNode value) in mapping.Entries)
            {
                if (key == "exclude" && !axes.Any(axis => axis.Name == name.Text))
                    matrix.File.Report(
                        ErrorCodes.MatrixSelection,
                        name,
                        $"{name.Text} is no axis of the matrix",
                        want: string.Join(", ", axes.Select(axis => axis.Name))
                    );
                Grammar form = name.Text == Combination.Platform ? PlatformName : Value;
                if (matrix.File.Text(value, name.Text, form) is { } text)
                    values[name.Text] = text;
            }

            yield return new(item, values);
        }
    }

    private static Grammar Of(Regex form, string want, ErrorCode? code = null) => new(form, want, code ?? ErrorCodes.RecipeInvalidValue);

    [GeneratedRegex(@"\Anodeforge\.dev/v1alpha1\z")]
    private static partial Regex ApiVersionText();

    [GeneratedRegex(@"\AMatrix\z")]
    private static partial Regex KindText();

    // A Job's name is made of it: 63 letters with what follows.
    [GeneratedRegex(@"\A[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?\z")]
    private static partial Regex NameText();

    [GeneratedRegex(@"\Alinux/(?:amd64|arm64)\z")]
    private static partial Regex PlatformText();

    [GeneratedRegex(@"\A[^\p{Cc}]{1,255}\z")]
    private static partial Regex ValueText();

    [GeneratedRegex(@"\A(?!(?:recipe|platform)\z)[a-zA-Z][a-zA-Z0-9-]*\z")]
    private static partial Regex ParameterText();
}
