using System.Text;
using Microsoft.Build.Utilities;

namespace NodeForge.MSBuild;

/// <summary>Texts as MSBuild wants them in items: its own characters escaped, so that a path with a semicolon stays one.</summary>
internal static class MSBuildText
{
    private const string Special = "%*?@$();'"; // https://learn.microsoft.com/visualstudio/msbuild/msbuild-special-characters

    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char letter in text)
            _ = Special.Contains(letter, StringComparison.Ordinal)
                ? escaped.Append('%').Append(((int)letter).ToString("x2", System.Globalization.CultureInfo.InvariantCulture))
                : escaped.Append(letter);
        return escaped.ToString();
    }

    public static TaskItem Item(string spec, params (string Name, string Value)[] metadata)
    {
        TaskItem item = new(Escape(spec));
        foreach ((string name, string value) in metadata)
            item.SetMetadata(name, Escape(value));
        return item;
    }
}
