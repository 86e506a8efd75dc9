using NodeForge.Images.Planning;
using NodeForge.Matrices.Reading;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Matrices.Tests;

/// <summary>Recipes and a matrix in a folder of their own: nodes of two versions on one base, and an image that has no parameter.</summary>
internal sealed class MatrixRoom : IDisposable
{
    public MatrixRoom()
    {
        Write(
            "base.yaml",
            "kind: BaseImage\nname: base\nplatforms: [linux/amd64, linux/arm64]\ndebian: {suite: bookworm, packages: [init]}\n"
        );
        Write(
            "app.yaml",
            "kind: ContainerImage\nname: app\nplatforms: [linux/amd64]\n"
                + "tags: [\"example.com/app:1\"]\nfiles: [{path: /etc/app, content: \"1\"}]\n"
        );
        foreach (string name in (string[])["node", "other"])
            Write(
                name + ".yaml",
                $$"""
                kind: NodeImage
                name: {{name}}-${version}
                platforms: [linux/amd64, linux/arm64]
                parameters: {version: v1.20.2, flavour: plain}
                base: {recipe: base.yaml}
                kubernetes:
                  version: ${version}
                  release: https://releases.example.com/{version}/server-{architecture}.tar.gz
                images: [{kubeadm: false}]
                labels: {flavour: "${flavour}"}

                """
            );
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("nodeforge-matrix-").FullName;

    public void Write(string name, string text) =>
        File.WriteAllText(Path.Combine(Folder, name), "apiVersion: nodeforge.dev/v1alpha1\n" + text);

    public Matrix Read(string text)
    {
        Write("matrix.yaml", "kind: Matrix\nname: nodes\n" + text);
        return MatrixReader.Read(Path.Combine(Folder, "matrix.yaml"));
    }

    /// <summary>A matrix with its locks; of the image without a parameter where nothing else is asked for.</summary>
    public Matrix ReadLocked(
        string outputs = "outputs: [\"docker://registry.example.com/nodes:{image}\"]\n",
        string recipes = "app.yaml",
        string axes = "platforms: [linux/amd64]\n"
    )
    {
        Matrix matrix = Read($"recipes: [{recipes}]\n" + axes + outputs);
        Directory.CreateDirectory(matrix.LockFolder);
        foreach (MatrixImage image in matrix.Images)
            RecipeLockFile.Write(matrix.LockPathOf(image), LockOf(image, "1"));
        return matrix;
    }

    public IReadOnlyList<Diagnostic> Refused(string text) => Assert.Throws<NodeForgeException>(() => Read(text)).Diagnostics;

    /// <summary>A lock as resolving gives one: a package for the base, a tarball for the version.</summary>
    public static RecipeLock LockOf(MatrixImage image, string release, long epoch = 1_700_000_000) =>
        new()
        {
            Recipe = Digest.Of([1]),
            Epoch = epoch,
            Parts =
            [
                .. LockedParts
                    .All(image.Recipe)
                    .SelectMany(recipe => image.Platforms.Select(platform => (recipe, platform)))
                    .Select(part => new LockedPart
                    {
                        Recipe = LockedParts.NameOf(image.Recipe, part.recipe),
                        Platform = part.platform.ToString(),
                        Sources =
                            part.recipe is BaseImageRecipe
                                ? [Package(release, part.platform)]
                                : [new LockedFile("kubernetes", Hash(image.Name + part.platform), 1000) { Url = "https://example.com/" }],
                    }),
            ],
        };

    public static IReadOnlyList<(MatrixCell, ImagePlan)> PlansOf(Matrix matrix) =>
        [.. matrix.Cells.Select(cell => (cell, Planner.Plan(cell.Image.Recipe, LockOf(cell.Image, "1"), cell.Platform)))];

    private static LockedPackage Package(string version, Platform platform) =>
        new("init", version, platform.Architecture, "bookworm", "pool/i.deb", Hash(version + platform), 200);

    private static Digest Hash(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
