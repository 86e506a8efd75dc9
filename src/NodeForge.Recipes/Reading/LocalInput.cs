using NodeForge.Documents;
using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

/// <summary>Paths of this machine as recipes write them.</summary>
/// <remarks>
/// They may lead anywhere that the caller may read, <c>../</c> and absolute ones too: recipes share trees, and parameters point at
/// downloads. A
/// recipe is a program, as a makefile is; a fence around its paths would not make a stranger's one safe to run. The plan lists every local
/// file.
/// </remarks>
internal static class LocalInput
{
    public static string? Resolve(Fields fields, string key, LocalKind kind) =>
        fields[key] is { } node && fields.File.Text(node, key) is { } text ? Resolve(fields.File, node, key, text, kind) : null;

    /// <returns>The absolute path; null when there is no such file or folder, which is reported.</returns>
    public static string? Resolve(DocumentFile file, YamlNode at, string key, string text, LocalKind kind)
    {
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
        {
            file.Report(ErrorCodes.RecipePath, at, $"{key} is no path", got: Quoted.Short(text), want: LocalPath.Describe(kind));
            return null;
        }

        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(text, Path.GetDirectoryName(file.Path)!));
        LocalKind found = LocalPath.KindOf(path, follow: true);
        if (found == kind)
            return path;
        if (found == LocalKind.Missing)
            file.Report(
                ErrorCodes.RecipePath,
                at,
                $"{key} leads to nothing",
                got: path,
                want: LocalPath.Describe(kind),
                hint: Nearby.Suggest(path)
            );
        else
            file.Report(
                ErrorCodes.RecipePath,
                at,
                $"{key} leads to {LocalPath.Describe(found)}",
                got: path,
                want: LocalPath.Describe(kind)
            );
        return null;
    }
}
