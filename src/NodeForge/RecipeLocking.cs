using NodeForge.Images;
using NodeForge.Images.Locking;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>A recipe's lock file: written, checked, brought up to date with a checkout, and told what came of building.</summary>
/// <param name="options">The host, and where things are kept.</param>
/// <param name="environment">Its store has what is read while names are resolved.</param>
/// <param name="open">Opens the network, which has the names.</param>
/// <param name="steps">Build what is recorded.</param>
internal sealed class RecipeLocking(ForgeOptions options, BuildEnvironment environment, Func<Network> open, RecipeSteps steps)
{
    /// <summary>Resolves every name of a recipe and writes its lock file, unless it is only to be checked.</summary>
    public async Task<LockOutcome> LockAsync(Recipe recipe, LockRequest request, CancellationToken cancellationToken)
    {
        string path = steps.LockPathOf(request.Recipe, recipe);
        RecipeLock? previous = request.Check || File.Exists(path) ? RecipeLockFile.Read(path, recipe.File) : null;
        RecipeLock locked = await ResolveAsync(recipe, previous, request.Update, request.Recipe.PlatformsToLock(recipe), cancellationToken)
            .ConfigureAwait(false);
        LockDifference? difference = previous is null ? null : LockDifference.Between(previous, locked);
        if (request.Check)
            difference?.RefuseAny(path, recipe.File);
        else
            RecipeLockFile.Write(path, locked);
        return new(path, difference, locked);
    }

    /// <summary>recipe + what its names meant before → what they mean.</summary>
    public async Task<RecipeLock> ResolveAsync(
        Recipe recipe,
        RecipeLock? previous,
        IReadOnlyList<string> update,
        IReadOnlyList<Platform> platforms,
        CancellationToken cancellationToken
    )
    {
        using Network network = open();
        Locker locker = new(environment.Store, options.Cache, network.Servers(options.Host.Proxies), network.Registries(), options.Host);
        LockOptions how = new()
        {
            DigestOf = RecipeDigest.ComputeAsync,
            Update = update,
            Platforms = platforms,
            SourceDateEpoch = options.SourceDateEpochText,
            Mirrors = options.Mirrors,
        };
        return await locker.LockAsync(recipe, previous, how, environment.Reporter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Locks what a checkout's lock does not have yet.</summary>
    /// <remarks>Who edits a checkout builds after each edit; what was locked beside it stays. A recipe that names no checkout is built as
    /// it was locked, or not at all.</remarks>
    public async Task LockCheckoutAsync(Recipe recipe, RecipeRequest request, bool offline, CancellationToken cancellationToken)
    {
        if (offline || !IsOfCheckout(recipe))
            return;
        string path = steps.LockPathOf(request, recipe);
        Digest digest = await RecipeDigest.ComputeAsync(recipe, cancellationToken).ConfigureAwait(false);
        if (
            File.Exists(path)
            && !LockCheck.Problems(RecipeLockFile.Read(path, recipe.File), path, recipe, digest, request.PlatformsOf(recipe)).Any()
        )
            return;
        using ForgeStep step = environment.Reporter.Step($"lock {Path.GetFileName(path)}");
        await LockAsync(recipe, new LockRequest(request), cancellationToken).ConfigureAwait(false);
        step.Finish();
    }

    private static bool IsOfCheckout(Recipe recipe) =>
        (recipe as KubernetesBuildRecipe ?? (recipe as NodeImageRecipe)?.Kubernetes.Build)?.Tree?.Folder is not null;

    /// <summary>Builds what a lock describes, and writes into it what came of that.</summary>
    public async Task<RecipeLock> RecordAsync(Recipe recipe, RecipeRequest request, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await steps.PlanAsync(recipe, request, cancellationToken).ConfigureAwait(false);
        RecipeLock recorded = planned.Lock;
        foreach (
            KubernetesBuildPlan build in planned
                .Plans.Select(plan => plan as KubernetesBuildPlan ?? (plan as NodeImagePlan)?.Kubernetes)
                .OfType<KubernetesBuildPlan>()
        )
        {
            await steps.FetchAsync([build], planned.Lock, offline: false, cancellationToken).ConfigureAwait(false);
            Descriptor tarball = await steps.CompileAsync(build, cancellationToken).ConfigureAwait(false);
            recorded = recorded.With(build.Part, build.Part with { Output = tarball.Digest });
        }

        foreach (Platform platform in planned.Plans.Where(plan => plan is not KubernetesBuildPlan).Select(plan => plan.Platform))
        {
            ImagePlan plan = steps.Plan(recipe, recorded, platform) with { Recorded = null };
            await steps.FetchAsync([plan], recorded, offline: false, cancellationToken).ConfigureAwait(false);
            Image image = await steps.AssembleAsync(plan, cancellationToken).ConfigureAwait(false);
            LockedPart top = recorded.Part(recipe, recipe, platform);
            recorded = recorded.With(top, top with { Output = image.Id, Layers = image.Config.RootFs.DiffIds });
        }

        RecipeLockFile.Write(planned.LockPath, recorded);
        return recorded;
    }
}
