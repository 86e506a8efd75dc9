using System.Globalization;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Debian;
using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Compiles Kubernetes in a root file system of exactly the locked toolchain, without a network, and puts it together as
/// upstream's server tarball.</summary>
/// <remarks>The tarball stays a plain tar in the store: its digest is the build's identity, compressed bytes depend on the
/// encoder.</remarks>
public sealed class KubernetesBuilder(BuildEnvironment environment)
{
    /// <returns>The server tarball, in the store.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.OutputNotAsLocked"/>: it is not what the lock records.</exception>
    public async Task<Descriptor> BuildAsync(KubernetesBuildPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Part.Output is { } known && environment.Store.SizeOf(known) is { } size)
        {
            // It came by another way than compiling, here and now: a machine that cannot compile finds it by the same key.
            Descriptor there = new(MediaTypes.Layer, known, size);
            await environment
                .Actions.GiveAsync(
                    await KeyOfTarballAsync(plan, cancellationToken).ConfigureAwait(false),
                    [OutputOf(there)],
                    cancellationToken
                )
                .ConfigureAwait(false);
            return there;
        }

        using ForgeStep step = environment.Reporter.Step($"put together Kubernetes {plan.Recipe.Version} for {plan.Platform}");
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                await KeyOfTarballAsync(plan, cancellationToken).ConfigureAwait(false),
                step,
                async () => [OutputOf(AsRecorded(plan, await MakeAsync(plan, cancellationToken).ConfigureAwait(false)))],
                cancellationToken
            )
            .ConfigureAwait(false);
        return AsRecorded(plan, new(MediaTypes.Layer, outputs[0].Digest, outputs[0].Size));
    }

    private async Task<Descriptor> MakeAsync(KubernetesBuildPlan plan, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, ActionOutput> programs = await CompileAsync(plan, cancellationToken).ConfigureAwait(false);
        return await new ServerTarballWriter(environment).WriteAsync(plan, programs, cancellationToken).ConfigureAwait(false);
    }

    private static ActionOutput OutputOf(Descriptor tarball) =>
        new("kubernetes-server.tar", tarball.Digest, tarball.Size) { MediaType = tarball.MediaType, DiffId = tarball.Digest };

    private static Descriptor AsRecorded(KubernetesBuildPlan plan, Descriptor tarball)
    {
        if (plan.Part.Output is { } want && want != tarball.Digest)
        {
            throw new NodeForgeException(
                new Diagnostic(
                    ErrorCodes.OutputNotAsLocked,
                    $"the build of Kubernetes {plan.Recipe.Version} came out with other bits than the lock records"
                )
                {
                    Where = new(plan.Recipe.File),
                    Got = tarball.Digest.ToString(),
                    Want = want.ToString(),
                    Hint = $"run 'nodeforge lock RECIPE --update {plan.Recipe.Name}' if an input changed on purpose",
                }
            );
        }

        return tarball;
    }

    // Known without the toolchain: nobody fetches a compiler to learn that others have compiled. With what the lock records: a lock
    // that records something else does not decide what builds with other locks take.
    private async Task<Digest> KeyOfTarballAsync(KubernetesBuildPlan plan, CancellationToken cancellationToken)
    {
        List<string> images = [];
        foreach (ContainerImagePlan image in plan.Images)
            images.AddRange([
                image.Name,
                (await RecipeDigest.ComputeAsync(image.Recipe, cancellationToken).ConfigureAwait(false)).Hex,
                .. image.Recipe.Tags,
                .. image.Part.Sources.Select(source => source.Digest.Hex),
            ]);
        return ActionKey.Of(
            "kubernetes-tarball/1",
            [
                KeyOf(
                    plan,
                    DebianBootstrap.KeyOf(plan.Toolchain, plan.Epoch, RootfsPurpose.Toolchain),
                    ScriptOf(plan, cancellationToken),
                    await new SourceTrees(environment).DigestsAsync(plan.Recipe, cancellationToken).ConfigureAwait(false)
                ).Hex,
                plan.Part.Output?.Hex ?? "",
                .. plan.Recipe.Binaries,
                .. images,
            ]
        );
    }

    private async Task<IReadOnlyDictionary<string, ActionOutput>> CompileAsync(
        KubernetesBuildPlan plan,
        CancellationToken cancellationToken
    )
    {
        RefuseForeign(plan);
        LayerBlob toolchain = await new DebianBootstrap(environment)
            .BuildAsync(plan.Toolchain, plan.Epoch, RootfsPurpose.Toolchain, cancellationToken)
            .ConfigureAwait(false);
        LayerDraft script = ScriptOf(plan, cancellationToken);
        string[] local = await new SourceTrees(environment).DigestsAsync(plan.Recipe, cancellationToken).ConfigureAwait(false);
        using ForgeStep step = environment.Reporter.Step($"compile Kubernetes {plan.Recipe.Version} for {plan.Platform}");
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                KeyOf(plan, toolchain.DiffId, script, local),
                step,
                () => RunAsync(plan, toolchain, script, cancellationToken),
                cancellationToken,
                reads: plan.Part
            )
            .ConfigureAwait(false);
        return outputs.ToDictionary(output => output.Name);
    }

    private static void RefuseForeign(KubernetesBuildPlan plan)
    {
        if (plan.Toolchain.Architecture == DebianArchitecture.OfThisMachine)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.ToolchainForeign, "the toolchain is locked for another architecture than this machine's")
            {
                Where = new(plan.Recipe.File),
                Got = plan.Toolchain.Architecture,
                Want = DebianArchitecture.OfThisMachine,
                Hint = $"build on such a machine, or lock it for this one: nodeforge lock RECIPE --update {plan.Recipe.Name}",
            }
        );
    }

    internal LayerDraft ScriptOf(KubernetesBuildPlan plan, CancellationToken cancellationToken)
    {
        LayerDraft script = new(new RootfsTree(), plan.Epoch);
        new ContentsLayer(environment.Store, new Dictionary<string, ActionOutput>()).Lay(
            new ImageContents
            {
                Files =
                [
                    new FileSource
                    {
                        Path = "/",
                        Kind = FileSourceKind.Tree,
                        Source = plan.Recipe.Script,
                    },
                ],
            },
            script,
            cancellationToken
        );
        return script;
    }

    internal static Digest KeyOf(KubernetesBuildPlan plan, Digest toolchain, LayerDraft script, params IEnumerable<string> local) =>
        ActionKey.Of(
            "compile/1",
            [
                toolchain.Hex,
                plan.Recipe.Version,
                plan.Platform.ToString(),
                plan.Epoch.ToString(CultureInfo.InvariantCulture),
                .. plan.Part.Files.Select(file => $"{file.Name} {file.Digest.Hex}").Order(StringComparer.Ordinal),
                DraftedLayer.KeyOf(script.Entries, plan.Epoch).Hex,
                .. local,
            ]
        );

    private async Task<IReadOnlyList<ActionOutput>> RunAsync(
        KubernetesBuildPlan plan,
        LayerBlob toolchain,
        LayerDraft script,
        CancellationToken cancellationToken
    )
    {
        if (!environment.IsRoot)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.RootNeeded, "compiling runs in a root file system of its own, which this user may not enter")
                {
                    Where = new(plan.Recipe.File),
                    Hint = "run as root, or take the server tarball from elsewhere with 'kubernetes.tarball'",
                }
            );
        }

        using ScratchFolder scratch = environment.NewScratch("compile");
        CompileRootfs rootfs = new(environment, plan, scratch.Path);
        await rootfs.PrepareAsync(toolchain, script, cancellationToken).ConfigureAwait(false);
        await rootfs.CompileAsync(cancellationToken).ConfigureAwait(false);
        return TakeOutputs(plan, rootfs.Output);
    }

    private IReadOnlyList<ActionOutput> TakeOutputs(KubernetesBuildPlan plan, string folder)
    {
        List<ActionOutput> outputs = [];
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Descriptor program = ProgramFile.Take(
                content,
                new(plan.Recipe.File, Detail: Path.GetFileName(path)),
                plan.Platform,
                null,
                environment.Store
            );
            outputs.Add(new(Path.GetFileName(path), program.Digest, program.Size) { Executable = true });
        }

        return outputs;
    }
}
