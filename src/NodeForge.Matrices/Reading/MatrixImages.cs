using NodeForge.Documents.Yaml;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Reading;

namespace NodeForge.Matrices.Reading;

/// <summary>Combinations to images: each recipe read with its values, platforms of one image put together.</summary>
internal sealed class MatrixImages(DocumentFile file, Fields matrix)
{
    private readonly List<Diagnostic> problems = [];

    /// <exception cref="NodeForgeException">Every problem of every recipe, each once; <see cref="ErrorCodes.MatrixNames"/>.</exception>
    public IReadOnlyList<MatrixImage> Read(IReadOnlyList<Combination> combinations, IReadOnlyList<string> outputs)
    {
        List<MatrixImage> images = [];
        foreach (IGrouping<string, Combination> image in combinations.GroupBy(combination => combination.ImageKey))
        {
            Combination first = image.First();
            if (ReadRecipe(first) is { } recipe)
                images.Add(new(recipe, first.Parameters, [.. image.Select(Platform).Distinct()]));
        }

        if (problems.Count == 0)
            Check(images, outputs);
        return problems.Count == 0 ? images : throw new NodeForgeException([.. problems.DistinctBy(problem => problem.ToString())]);
    }

    private static Platform Platform(Combination combination)
    {
        string[] parts = combination.Values[Combination.Platform].Split('/');
        return new(parts[1], parts[0]);
    }

    private Recipe? ReadRecipe(Combination combination)
    {
        try
        {
            string path = combination.Values[Combination.Recipe];
            return RecipeReader.Read(Path.GetFullPath(path, Path.GetDirectoryName(file.Path)!), combination.Parameters);
        }
        catch (NodeForgeException wrong)
        {
            problems.AddRange(wrong.Diagnostics);
            return null;
        }
    }

    private void Check(IReadOnlyList<MatrixImage> images, IReadOnlyList<string> outputs)
    {
        if (images.Count == 0)
            Report(ErrorCodes.MatrixSelection, "nothing is left of the matrix", null, "exclude less");
        foreach (MatrixImage image in images)
            Check(image);
        foreach (IGrouping<string, MatrixImage> same in images.GroupBy(image => image.Name).Where(same => same.Count() > 1))
            Report(
                ErrorCodes.MatrixNames,
                "several images have one name",
                $"{same.Key}, {same.Count()} times",
                "put what differs into the recipe's name: name: node-${version}"
            );
        if (images.Count > 1)
        {
            foreach (string output in outputs.Where(output => !output.Contains(Matrix.ImageWord, StringComparison.Ordinal)))
                Report(
                    ErrorCodes.MatrixNames,
                    "several images would be written to one place",
                    output,
                    $"put {Matrix.ImageWord} into it: it stands for the image's name"
                );
        }
    }

    private void Check(MatrixImage image)
    {
        if (image.Recipe is KubernetesBuildRecipe)
            Report(ErrorCodes.RecipeIncludeKind, "the recipe makes no image", image.Recipe.File, "name a recipe that includes it");
        foreach (Platform platform in image.Platforms.Except(image.Recipe.Platforms))
            Report(
                ErrorCodes.RecipePlatform,
                $"{Path.GetFileName(image.Recipe.File)} is not made for {platform}",
                string.Join(", ", image.Recipe.Platforms),
                "exclude it, or add it to the recipe's platforms"
            );
    }

    private void Report(ErrorCode code, string what, string? got, string hint) =>
        problems.Add(
            new(code, what)
            {
                Where = new(file.Path, matrix.Mapping.Line, matrix.Mapping.Column),
                Got = got,
                Hint = hint,
            }
        );
}
