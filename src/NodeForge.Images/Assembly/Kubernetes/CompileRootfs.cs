using System.Globalization;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Planning;
using NodeForge.Images.Processes;
using NodeForge.Oci.Layers;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>The root file system in which Kubernetes is compiled: the toolchain, and below /build the sources, the script and what comes
/// out.</summary>
/// <param name="environment">Its store has the toolchain and the sources.</param>
/// <param name="plan">What is compiled.</param>
/// <param name="root">An empty folder.</param>
internal sealed class CompileRootfs(BuildEnvironment environment, KubernetesBuildPlan plan, string root)
{
    public string Output => Path.Combine(root, "build/output");

    public async Task PrepareAsync(LayerBlob toolchain, LayerDraft script, CancellationToken cancellationToken)
    {
        ProgramRunner runner = environment.Programs;
        await UnpackAsync(environment.Store.SoundPathOf(toolchain.Descriptor.Digest), root, runner, cancellationToken)
            .ConfigureAwait(false);
        RefuseBuildFolder();
        foreach (string folder in (string[])["source", "script", "work", "output"])
            Directory.CreateDirectory(Path.Combine(root, "build", folder));
        foreach (LockedFile file in plan.Part.Files)
            File.Copy(environment.Store.SoundPathOf(file.Digest), Path.Combine(root, "build/source", file.Name));
        await new SourceTrees(environment)
            .LayAsync(plan.Recipe, Path.Combine(root, "build"), runner, cancellationToken)
            .ConfigureAwait(false);
        string tar = Path.Combine(root, "build/script.tar");
        using (FileStream output = File.Create(tar))
            LayerWriter.Write(script.Entries, output, plan.Epoch, cancellationToken);
        await UnpackAsync(tar, Path.Combine(root, "build/script"), runner, cancellationToken).ConfigureAwait(false);
        File.Delete(tar);
    }

    // A link in its place would lead out of the root: what is written below it is written on this side.
    private void RefuseBuildFolder()
    {
        FileInfo build = new(Path.Combine(root, "build"));
        if (build.Exists || build.LinkTarget is not null || Directory.Exists(build.FullName))
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.RootfsNotAsLocked, "the toolchain has a /build already, where the sources are to lie")
                {
                    Got = build.LinkTarget is { } target ? $"a link to {target}" : "a file or folder",
                    Hint = "take the package that brings it out of the toolchain",
                }
            );
        }
    }

    /// <summary>Runs the script inside, without a network.</summary>
    public Task CompileAsync(CancellationToken cancellationToken)
    {
        ProgramCall compile = new(
            "unshare",
            [
                // Its own mounts, processes, network and names: nothing to talk to, and nothing stays behind when it ends.
                "--mount",
                "--pid",
                "--net",
                "--ipc",
                "--uts",
                "--fork",
                "--kill-child",
                "--mount-proc=/proc",
                $"--root={root}",
                "--wd=/build/work",
                "/build/script/build",
            ]
        )
        {
            Package = "util-linux",
        };
        return environment.Programs.RunAsync(compile.Hermetically(CompileEnvironment()), cancellationToken);
    }

    private static Task UnpackAsync(string tar, string folder, ProgramRunner runner, CancellationToken cancellationToken) =>
        runner.RunAsync(
            new ProgramCall(
                "tar",
                [
                    "--extract",
                    "--file",
                    tar,
                    "--directory",
                    folder,
                    "--numeric-owner",
                    "--same-owner",
                    "--preserve-permissions",
                    "--xattrs",
                    "--xattrs-include=*",
                ]
            )
            {
                Package = "tar",
            },
            cancellationToken
        );

    private Dictionary<string, string> CompileEnvironment() =>
        new()
        {
            ["HOME"] = "/build/work",
            ["LANG"] = "C.UTF-8",
            ["SOURCE_DATE_EPOCH"] = plan.Epoch.ToString(CultureInfo.InvariantCulture),
            ["KUBERNETES_VERSION"] = plan.Recipe.Version,
            ["TARGET_ARCHITECTURE"] = plan.Platform.Architecture,
            ["PROGRAMS"] = string.Join(' ', Programs(plan.Recipe)),
            ["PARALLELISM"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        };

    // What the tarball will hold, as files and in images.
    private static IEnumerable<string> Programs(KubernetesBuildRecipe recipe) =>
        recipe
            .Binaries.Concat(recipe.Images.SelectMany(image => image.Contents.Files).Select(file => file.KubernetesBinary).OfType<string>())
            .Distinct()
            .Order(StringComparer.Ordinal);
}
