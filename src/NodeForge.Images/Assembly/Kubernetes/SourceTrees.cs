using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Processes;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>What of this machine a compilation is given: a source tree or an archive of one, and a Go.</summary>
internal sealed class SourceTrees(BuildEnvironment environment)
{
    private const string Source = "source/tree";
    private const string Go = "go";

    /// <summary>What decides the result, for the action's key; empty where all is locked.</summary>
    public async Task<string[]> DigestsAsync(KubernetesBuildRecipe recipe, CancellationToken cancellationToken)
    {
        List<string> digests = [];
        if (recipe.Tree?.Folder is { } folder)
            digests.Add($"tree {(await ReadAsync(folder, SourceTree.Left, cancellationToken).ConfigureAwait(false)).Hex}");
        if (recipe.Tree?.Tarball is { } tarball)
            digests.Add($"tarball {(await new LocalFiles(environment).TakeAsync(tarball, cancellationToken).ConfigureAwait(false)).Hex}");
        if (recipe.Go is { } go)
            digests.Add($"go {(await ReadAsync(go, [], cancellationToken).ConfigureAwait(false)).Hex}");
        return [.. digests];
    }

    /// <summary>Puts copies where the script finds them: it may write into its own, and not into the user's.</summary>
    public async Task LayAsync(KubernetesBuildRecipe recipe, string build, ProgramRunner runner, CancellationToken cancellationToken)
    {
        if (recipe.Tree?.Folder is { } folder)
            await CopyAsync(folder, Path.Combine(build, Source), SourceTree.Left, runner, cancellationToken).ConfigureAwait(false);
        if (recipe.Tree?.Tarball is { } tarball)
            File.Copy(tarball, Path.Combine(build, "source", Path.GetFileName(tarball)));
        if (recipe.Go is { } go)
            await CopyAsync(go, Path.Combine(build, Go), [], runner, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Digest> ReadAsync(string folder, IReadOnlyList<string> left, CancellationToken cancellationToken)
    {
        using ForgeStep step = environment.Reporter.Step($"read {folder}");
        Digest digest = await RecipeDigest.OfTreeAsync(folder, left, cancellationToken).ConfigureAwait(false);
        step.Finish();
        return digest;
    }

    private static async Task CopyAsync(
        string folder,
        string target,
        IReadOnlyList<string> left,
        ProgramRunner runner,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(target);
        string[] entries =
        [
            .. Directory
                .EnumerateFileSystemEntries(folder)
                .Where(path => !left.Contains(Path.GetFileName(path)))
                .Order(StringComparer.Ordinal),
        ];
        if (entries.Length == 0)
            return;
        string[] arguments =
        [
            "--recursive",
            "--no-dereference",
            "--preserve=mode",
            "--reflink=auto",
            "--target-directory",
            target,
            "--",
            .. entries,
        ];
        await runner.RunAsync(new ProgramCall("cp", arguments) { Package = "coreutils" }, cancellationToken).ConfigureAwait(false);
    }
}
