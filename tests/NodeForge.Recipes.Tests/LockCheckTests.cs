using NodeForge.Oci;
using NodeForge.Recipes.Locks;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

public sealed class LockCheckTests : IDisposable
{
    private static readonly Digest Now = Digest.Of("now"u8);
    private static readonly Recipe Node = RecipeReader.Read(Path.Combine(RepositoryRoot.Fixtures, "valid-node-built.yaml"));

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_lock_with_every_part_is_taken()
    {
        RecipeLockFile.Write(
            folder["a.lock.json"],
            Lock(Now, "valid-node-built.yaml", "valid-base.yaml", "valid-build.yaml", "valid-image-of-a-build.yaml", "valid-image.yaml")
        );

        RecipeLock read = LockCheck.Load(Node, Now, Node.Platforms, folder["a.lock.json"]);

        Assert.Equal(5, read.Parts.Count);
        Assert.Equal("valid-base.yaml", read.Part(Node, Node.Includes.First(), Platform.LinuxAmd64).Recipe);
    }

    [Fact]
    public void A_stale_lock_is_told_of_once_and_names_the_command()
    {
        RecipeLockFile.Write(folder["a.lock.json"], Lock(Digest.Of("before"u8), "valid-node-built.yaml"));

        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() =>
            LockCheck.Load(Node, Now, Node.Platforms, folder["a.lock.json"])
        );

        Diagnostic problem = Assert.Single(refusal.Diagnostics);
        Assert.Equal((ErrorCodes.LockStale, ExitCode.Verification), (problem.Code, refusal.ExitCode));
        Assert.Equal($"run nodeforge lock {Node.File}", problem.Hint);
    }

    [Fact]
    public void Every_part_that_is_lacking_is_named()
    {
        RecipeLockFile.Write(folder["a.lock.json"], Lock(Now, "valid-node-built.yaml", "valid-build.yaml", "valid-image.yaml"));

        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() =>
            LockCheck.Load(Node, Now, Node.Platforms, folder["a.lock.json"])
        );

        Assert.Equal(
            ["valid-base.yaml for linux/amd64", "valid-image-of-a-build.yaml for linux/amd64"],
            refusal.Diagnostics.Select(problem => problem.Want)
        );
        Assert.All(refusal.Diagnostics, problem => Assert.Equal(ErrorCodes.LockIncomplete, problem.Code));
    }

    [Fact]
    public void A_recipe_is_called_by_its_path_from_the_top_recipes_folder()
    {
        folder.Write(
            "base/base.yaml",
            "apiVersion: nodeforge.dev/v1alpha1\nkind: BaseImage\nname: a\nplatforms: [linux/amd64]\ndebian: {suite: bookworm, packages: [systemd]}\n"
        );
        folder.Write("server.tar.gz", "");
        NodeImageRecipe top = (NodeImageRecipe)
            RecipeReader.Read(
                folder.Write(
                    "node/a.yaml",
                    "apiVersion: nodeforge.dev/v1alpha1\nkind: NodeImage\nname: a\nplatforms: [linux/amd64]\nbase: {recipe: ../base/base.yaml}\nkubernetes: {version: v1.20.2, tarball: ../server.tar.gz}\n"
                )
            );

        Assert.Equal(["a.yaml", "../base/base.yaml"], LockedParts.All(top).Select(part => LockedParts.NameOf(top, part)));
    }

    public void Dispose() => folder.Dispose();

    private static RecipeLock Lock(Digest digest, params string[] recipes) =>
        new()
        {
            Recipe = digest,
            Epoch = 0,
            Parts = [.. recipes.Select(recipe => new LockedPart { Recipe = recipe, Platform = "linux/amd64" })],
        };
}
