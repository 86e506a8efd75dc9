using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge.Matrices;

/// <summary>Which images are made of which recipes, with which values and for which platforms. docs/matrix.md has the file's
/// form.</summary>
public sealed record Matrix
{
    /// <summary>The file that it was read from, absolute.</summary>
    public required string File { get; init; }

    public required string Name { get; init; }

    /// <summary>In the order of the file's recipes, then of its values; no two of one name.</summary>
    public required IReadOnlyList<MatrixImage> Images { get; init; }

    /// <summary>Where each image goes: transports, <c>{image}</c> for its name.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>What is built one by one: each image for each of its platforms.</summary>
    public IReadOnlyList<MatrixCell> Cells =>
        [.. Images.SelectMany(image => image.Platforms.Select(platform => new MatrixCell(image, platform)))];

    /// <summary>Beside the file: the lock of each image, by its name.</summary>
    public string LockFolder => Path.ChangeExtension(File, ".locks");

    public string LockPathOf(MatrixImage image) => Path.Combine(LockFolder, image.Name + ".lock.json");

    /// <summary>The outputs of one image.</summary>
    public static IReadOnlyList<string> OutputsOf(MatrixImage image, IEnumerable<string> outputs) =>
        [.. outputs.Select(output => output.Replace(ImageWord, image.Name, StringComparison.Ordinal))];

    internal const string ImageWord = "{image}";
}

/// <summary>A recipe with values for its parameters: one image, under one name, for some platforms.</summary>
/// <param name="Recipe">Read with the values.</param>
/// <param name="Parameters">What the matrix sets.</param>
/// <param name="Platforms">In the order of the file.</param>
public sealed record MatrixImage(Recipe Recipe, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<Platform> Platforms)
{
    /// <summary>The recipe's, with the values filled in.</summary>
    public string Name => Recipe.Name;
}

/// <summary>One image for one platform.</summary>
public sealed record MatrixCell(MatrixImage Image, Platform Platform)
{
    /// <summary>As people and <c>--cell</c> write it.</summary>
    public override string ToString() => $"{Image.Name}:{Platform}";
}
