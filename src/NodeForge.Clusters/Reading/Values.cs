using System.Globalization;
using NodeForge.Recipes.Reading;
using NodeForge.Recipes.Yaml;

namespace NodeForge.Clusters;

/// <summary>Values that cluster files have and recipes do not.</summary>
internal static class Values
{
    private const int HighestPort = 65535;

    /// <summary>One of a few words.</summary>
    public static T Choice<T>(Fields fields, string key, T otherwise, params (string Word, T Value)[] choices)
    {
        if (fields.Optional(key) is not { } text)
            return otherwise;
        foreach ((string word, T value) in choices)
        {
            if (word == text)
                return value;
        }

        string[] words = [.. choices.Select(choice => choice.Word)];
        fields.File.Report(ErrorCodes.ClusterFileValue, fields[key]!, $"{key} is none of its values", got: Quoted.Short(text), want: "one of " + string.Join(", ", words),
            mend: DidYouMean.Nearest(text, words) is { } near ? $"did you mean {near}?" : null);
        return otherwise;
    }

    /// <summary>A port; 0 chooses one, -1 leaves the choice to the engine, where these are allowed.</summary>
    public static int Port(Fields fields, string key, int otherwise, int lowest)
    {
        if (fields[key] is not { } node)
            return otherwise;
        if (node is YamlScalar { Type: ScalarType.Integer } scalar && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int port))
        {
            if (port >= lowest && port <= HighestPort)
                return port;
            fields.File.Report(ErrorCodes.ClusterFileValue, node, $"{key} is no port", got: scalar.Text, want: string.Create(CultureInfo.InvariantCulture, $"{lowest} to {HighestPort}"));
            return otherwise;
        }

        fields.File.WrongType(node, key, "a number");
        return otherwise;
    }
}
