using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Oci;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

/// <summary>A recipe and those that it includes, while they are read: each file once, the way to the current one known.</summary>
internal sealed class RecipeSet
{
    private readonly List<DocumentFile> files = [];
    private readonly List<string> chain = [];
    private readonly Dictionary<string, (Recipe? Recipe, RecipeKind? Kind)> read = new(StringComparer.Ordinal);

    /// <summary>Of all files, in the order in which they were come by.</summary>
    public IEnumerable<Diagnostic> Problems => files.SelectMany(file => file.Problems);

    public Recipe? Top(string path, IReadOnlyDictionary<string, string> parameters) => Read(path, parameters, wanted: null).Recipe;

    /// <summary>The recipe at a key's path; what is wrong with it is reported there or in its own file.</summary>
    /// <typeparam name="T">The kind that fits.</typeparam>
    public T? Include<T>(DocumentFile file, YamlNode at, string key, RecipeKind wanted)
        where T : Recipe
    {
        if (file.Text(at, key) is not { } text || LocalInput.Resolve(file, at, key, text, LocalKind.File) is not { } path)
            return null;
        if (chain.Contains(path))
        {
            string way = string.Join(
                " -> ",
                chain.SkipWhile(earlier => earlier != path).Append(path).Select(step => Path.GetFileName(step))
            );
            file.Report(ErrorCodes.RecipeIncludeCycle, at, "the recipe includes itself", got: way, hint: "break the chain");
            return null;
        }

        (Recipe? recipe, RecipeKind? kind) =
            read.TryGetValue(path, out var known) && (known.Kind is null || known.Kind == wanted)
                ? known
                : Read(path, new Dictionary<string, string>(), wanted);
        if (kind is not null && kind != wanted)
            file.Report(
                ErrorCodes.RecipeIncludeKind,
                at,
                $"{key} names a recipe that does not fit here",
                got: $"kind {kind} in {path}",
                want: $"kind {wanted}"
            );
        return recipe as T;
    }

    private (Recipe? Recipe, RecipeKind? Kind) Read(string path, IReadOnlyDictionary<string, string> parameters, RecipeKind? wanted)
    {
        DocumentFile file = new(path);
        files.Add(file);
        RecipeKind? kind = null;
        Recipe? recipe = null;
        chain.Add(path);
        try
        {
            byte[] bytes = YamlText.Read(path, YamlSubject.Recipe);
            if (
                YamlComposer.Compose(path, YamlText.Decode(path, bytes, YamlSubject.Recipe), YamlSubject.Recipe, file.Add)
                is YamlMapping top
            )
            {
                kind = RecipeHeader.Kind(file, top);
                if (kind is { } known && (wanted is null || known == wanted))
                    recipe = RecipeHeader.Read(this, file, top, known, parameters) with { Content = Digest.Of(bytes) };
            }
            else
            {
                file.Add(
                    new(ErrorCodes.RecipeWrongType, "the recipe is not a mapping")
                    {
                        Where = new(path, 1, 1),
                        Want = "apiVersion, kind, name and what the kind asks for",
                    }
                );
            }
        }
        catch (NodeForgeException refusal)
        {
            foreach (Diagnostic problem in refusal.Diagnostics)
                file.Add(problem);
        }

        chain.RemoveAt(chain.Count - 1);
        return read[path] = (recipe, kind);
    }
}
