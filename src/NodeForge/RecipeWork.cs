using NodeForge.Images.Assembly;
using NodeForge.Images.Exporting;
using NodeForge.Images.Planning;
using NodeForge.Images.Pushing;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>The verbs of both front ends over a recipe: what <see cref="Forge"/> does step by step, put together.</summary>
public sealed class RecipeWork(Forge forge)
{
    /// <summary>Locks a recipe and writes its lock file, unless it is only to be checked.</summary>
    /// <exception cref="NodeForgeException">When checking: <see cref="ErrorCodes.LockMoved"/>, one for each change; <see cref="ErrorCodes.LockMissing"/>.</exception>
    public Task<LockOutcome> LockAsync(RecipeRequest request, IReadOnlyList<string> update, bool check, CancellationToken cancellationToken) =>
        forge.WithSoundCacheAsync(() => LockOnceAsync(request, update, check, cancellationToken));

    private async Task<LockOutcome> LockOnceAsync(RecipeRequest request, IReadOnlyList<string> update, bool check, CancellationToken cancellationToken)
    {
        Recipe recipe = Forge.Read(request);
        string path = LockPath(request, recipe);
        // A lock is for whoever builds: all platforms, unless some are named.
        IReadOnlyList<Platform> platforms = request.Platforms.Count == 0 ? recipe.Platforms : RequestedPlatforms.Of(recipe, request.Platforms);
        RecipeLock? previous = check || File.Exists(path) ? RecipeLockFile.Read(path, recipe.File) : null;
        RecipeLock locked = await forge.LockAsync(recipe, previous, update, platforms, cancellationToken).ConfigureAwait(false);
        LockDifference? difference = previous is null ? null : LockDifference.Between(previous, locked);
        if (check)
            difference?.RefuseAny(path, recipe.File);
        else
            RecipeLockFile.Write(path, locked);
        return new(path, difference, locked);
    }

    /// <summary>Builds a locked recipe, and writes into the lock what it must come out as from now on: the Kubernetes that it compiles, and its image.</summary>
    public Task RecordAsync(RecipeRequest request, CancellationToken cancellationToken) => forge.WithSoundCacheAsync(() => RecordOnceAsync(request, cancellationToken));

    private async Task<RecipeLock> RecordOnceAsync(RecipeRequest request, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await PlanAsync(request, cancellationToken).ConfigureAwait(false);
        RecipeLock recorded = await RecordKubernetesAsync(planned, cancellationToken).ConfigureAwait(false);
        foreach (ImagePlan plan in planned.Plans.Select(plan => forge.Plan(planned.Recipe, recorded, plan.Platform)).Where(plan => plan is not KubernetesBuildPlan))
        {
            await forge.FetchAsync([plan], recorded, offline: false, cancellationToken).ConfigureAwait(false);
            BuiltImage image = await forge.AssembleAsync(plan with { Recorded = null }, cancellationToken).ConfigureAwait(false);
            LockedPart top = recorded.Part(planned.Recipe, planned.Recipe, plan.Platform);
            recorded = recorded with { Parts = [.. recorded.Parts.Select(part => ReferenceEquals(part, top) ? part with { Output = image.Config.Digest, Layers = image.Document.RootFs.DiffIds } : part)] };
        }

        RecipeLockFile.Write(planned.LockPath, recorded);
        return recorded;
    }

    private async Task<RecipeLock> RecordKubernetesAsync(PlannedRecipe planned, CancellationToken cancellationToken)
    {
        RecipeLock recorded = planned.Lock;
        foreach (KubernetesBuildPlan build in planned.Plans.Select(plan => plan as KubernetesBuildPlan ?? (plan as NodeImagePlan)?.Kubernetes).OfType<KubernetesBuildPlan>())
        {
            await forge.FetchAsync([build], planned.Lock, offline: false, cancellationToken).ConfigureAwait(false);
            Descriptor tarball = await forge.CompileAsync(build, cancellationToken).ConfigureAwait(false);
            recorded = recorded with { Parts = [.. recorded.Parts.Select(part => ReferenceEquals(part, build.Part) ? part with { Output = tarball.Digest } : part)] };
        }

        return recorded;
    }

    /// <summary>Plans a recipe for the platforms that are asked for.</summary>
    public async Task<PlannedRecipe> PlanAsync(RecipeRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Forge.Read(request);
        IReadOnlyList<Platform> platforms = RequestedPlatforms.Of(recipe, request.Platforms);
        Digest digest = await RecipeDigest.ComputeAsync(recipe, cancellationToken).ConfigureAwait(false);
        RecipeLock locked = LockCheck.Load(recipe, digest, platforms, request.LockPath);
        ImagePlan[] plans = [.. platforms.Select(platform => forge.Plan(recipe, locked, platform))];
        forge.Warn(plans);
        return new(recipe, locked, LockPath(request, recipe), plans)
        {
            LocalFiles = RecipeFiles.Of(recipe),
        };
    }

    public async Task<PlannedRecipe> FetchAsync(RecipeRequest request, bool offline, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await PlanAsync(request, cancellationToken).ConfigureAwait(false);
        forge.Sweep();
        await forge.FetchAsync(planned.Plans, planned.Lock, offline, cancellationToken).ConfigureAwait(false);
        return planned;
    }

    /// <summary>Fetches, assembles, exports and pushes an image.</summary>
    public Task<BuildOutcome> BuildAsync(BuildRequest request, CancellationToken cancellationToken) => forge.WithSoundCacheAsync(() => BuildOnceAsync(request, cancellationToken));

    private async Task<BuildOutcome> BuildOnceAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Forge.Read(request.Recipe);
        RequestedKind.Check(recipe, request.Kind);
        RegistryOutputs registries = RegistryOutputs.Parse(request.Outputs, request.Compression, request.Offline);
        ImageOutputs outputs = ImageOutputs.Parse(registries.Others, request.Tag ?? "nodeforge/" + recipe.Name, request.Compression);
        PlannedRecipe planned = await FetchAsync(request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
        List<BuiltImage> images = [];
        foreach (ImagePlan plan in planned.Plans)
            images.Add(await forge.AssembleAsync(plan, cancellationToken).ConfigureAwait(false));
        await forge.ExportAsync(images, outputs, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ImageReference> pushed = await forge.PushAsync(images, registries, cancellationToken).ConfigureAwait(false);
        return new(images, [.. outputs.Texts, .. pushed.Select(reference => "docker://" + reference)]);
    }

    /// <summary>Fetches and compiles Kubernetes, for one platform.</summary>
    public Task<TarballOutcome> BuildKubernetesAsync(RecipeRequest request, string? file, bool offline, CancellationToken cancellationToken) =>
        forge.WithSoundCacheAsync(() => BuildKubernetesOnceAsync(request, file, offline, cancellationToken));

    private async Task<TarballOutcome> BuildKubernetesOnceAsync(RecipeRequest request, string? file, bool offline, CancellationToken cancellationToken)
    {
        Recipe recipe = Forge.Read(request);
        RequestedKind.Check(recipe, "KubernetesBuild");
        if (RequestedPlatforms.Of(recipe, request.Platforms) is { Count: > 1 } several)
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidCommandLine, "a server tarball is of one platform")
            {
                Where = new(recipe.File),
                Got = string.Join(", ", several),
                Mend = $"add --platform {several[0]}",
            });
        }

        PlannedRecipe planned = await FetchAsync(request, offline, cancellationToken).ConfigureAwait(false);
        Descriptor tarball = await forge.CompileAsync((KubernetesBuildPlan)planned.Plans[0], cancellationToken).ConfigureAwait(false);
        if (file is not null)
            await forge.ExportAsync(tarball, file, cancellationToken).ConfigureAwait(false);
        return new(tarball.Digest, tarball.Size, file);
    }

    private static string LockPath(RecipeRequest request, Recipe recipe) => request.LockPath ?? RecipeLockFile.DefaultPath(recipe.File);
}

/// <summary>A recipe with its lock and plans.</summary>
public sealed record PlannedRecipe(Recipe Recipe, RecipeLock Lock, string LockPath, IReadOnlyList<ImagePlan> Plans)
{
    /// <summary>Every file of this machine that a build takes in, from the recipe's folder: recipes, and what they name.</summary>
    public IReadOnlyList<string> LocalFiles { get; init; } = [];
}
