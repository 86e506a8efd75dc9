using System.Net;
using NodeForge.Images;
using NodeForge.Images.Assembly;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Images.Planning;
using NodeForge.Images.Sharing;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>The steps from a recipe and its lock to images: plan, fetch, assemble.</summary>
/// <param name="options">The host, and where things are kept.</param>
/// <param name="environment">Its store has what is fetched and made.</param>
/// <param name="open">Opens the network, for what is fetched.</param>
internal sealed class RecipeSteps(ForgeOptions options, BuildEnvironment environment, Func<Network> open)
{
    public string LockPathOf(RecipeRequest request, Recipe recipe) =>
        request.LockPath is { } path ? options.Host.Resolve(path) : RecipeLockFile.DefaultPath(recipe.File);

    public ImagePlan Plan(Recipe recipe, RecipeLock locked, Platform platform) =>
        Planner.Plan(recipe, locked, platform, options.SourceDateEpoch);

    /// <summary>Plans a recipe for the platforms that are asked for, with the lock that it has.</summary>
    public async Task<PlannedRecipe> PlanAsync(Recipe recipe, RecipeRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<Platform> platforms = request.PlatformsOf(recipe);
        Digest digest = await RecipeDigest.ComputeAsync(recipe, cancellationToken).ConfigureAwait(false);
        RecipeLock locked = LockCheck.Load(recipe, digest, platforms, LockPathOf(request, recipe));
        ImagePlan[] plans = [.. platforms.Select(platform => Plan(recipe, locked, platform))];
        foreach (Diagnostic warning in plans.SelectMany(plan => plan.Warnings).Distinct())
            environment.Reporter.Warn(warning);
        return new(recipe, locked, LockPathOf(request, recipe), plans);
    }

    /// <summary>Plans a recipe and brings into the store what the plans need.</summary>
    public async Task<PlannedRecipe> FetchAsync(Recipe recipe, RecipeRequest request, bool offline, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await PlanAsync(recipe, request, cancellationToken).ConfigureAwait(false);
        environment.Sweep();
        await FetchAsync(planned.Plans, planned.Lock, offline, cancellationToken).ConfigureAwait(false);
        return planned;
    }

    /// <summary>Brings into the store what plans need, out of the shared cache what it has. Where others may have made it, and where there
    /// is no network, what only making needs is left until something is made of it here: nobody needs packages for layers that are
    /// there.</summary>
    /// <returns>What to assemble in.</returns>
    public async Task<BuildEnvironment> SupplyAsync(
        BuildEnvironment place,
        IReadOnlyList<ImagePlan> plans,
        RecipeLock locked,
        bool offline,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Source> always = PlanSources.WhateverIsMade(plans, locked, options.Mirrors);
        // Offline, whoever lacks one thing is told of all at once, here and below.
        bool waits = offline ? always.All(source => place.Store.Contains(source.Digest)) : place.Actions.Shared is not null;
        if (!waits)
        {
            await FetchAsync(plans, locked, offline, cancellationToken).ConfigureAwait(false);
            return place with { Actions = place.Actions.Anew() };
        }

        ActionCache actions = place.Actions.MadeFrom(BringAsync);
        SharedSources shared = new(actions, place.Store);
        await shared.TakeAsync(always, cancellationToken).ConfigureAwait(false);
        await FetchAsync(always, offline, cancellationToken).ConfigureAwait(false);
        await shared.GiveAsync(always, cancellationToken).ConfigureAwait(false);
        return place with { Actions = actions };

        Task BringAsync(LockedPart read)
        {
            IReadOnlyList<Source> sources = LockSources.Of(locked, options.Mirrors, part => ReferenceEquals(part, read));
            return offline && !sources.All(source => place.Store.Contains(source.Digest))
                ? FetchAsync(plans, locked, offline, cancellationToken)
                : FetchAsync(sources, offline, cancellationToken);
        }
    }

    public Task FetchAsync(IReadOnlyList<ImagePlan> plans, RecipeLock locked, bool offline, CancellationToken cancellationToken) =>
        FetchAsync(PlanSources.Of(plans, locked, options.Mirrors, environment.Store), offline, cancellationToken);

    private async Task FetchAsync(IReadOnlyList<Source> sources, bool offline, CancellationToken cancellationToken)
    {
        bool packages =
            !offline
            && sources.Any(source => source.Kind != SourceKind.File && source.Image is null && !environment.Store.Contains(source.Digest));
        IWebProxy proxies = packages
            ? await AptProxies
                .OfHostAsync(options.Host, options.Mirrors.Debian, environment.Reporter, cancellationToken)
                .ConfigureAwait(false)
            : options.Host.Proxies;
        using Network network = Opened(offline);
        SourceFetcher fetcher = new(network.Servers(proxies), network.Registries(), options.Host.Clock);
        await fetcher
            .FetchAsync(sources, environment.Store, new FetchOptions { Offline = offline }, environment.Reporter, cancellationToken)
            .ConfigureAwait(false);
    }

    private Network Opened(bool offline)
    {
        if (offline)
            return Network.Closed(options.Host);
        return open();
    }

    public Task<Image> AssembleAsync(ImagePlan plan, CancellationToken cancellationToken) =>
        new ImageAssembler(environment).AssembleAsync(plan, cancellationToken);

    /// <returns>The server tarball.</returns>
    public Task<Descriptor> CompileAsync(KubernetesBuildPlan plan, CancellationToken cancellationToken) =>
        new KubernetesBuilder(environment).BuildAsync(plan, cancellationToken);
}
