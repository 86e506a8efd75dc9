using System.Net;
using NodeForge.Clusters;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Images;
using NodeForge.Images.Assembly;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Exporting;
using NodeForge.Images.Fetching;
using NodeForge.Images.Locking;
using NodeForge.Images.Planning;
using NodeForge.Images.Verification;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using NodeForge.Recipes.Reading;
using NodeForge.Verification;
using NodeForge.Verification.Boot;
using NodeForge.Verification.Images;
using NodeForge.Verification.Reproduction;

namespace NodeForge;

/// <summary>The house's table of contents: a verb is a few steps, each step is one call into one room, and data goes one way.</summary>
/// <remarks>
/// A verb reads its recipe once, and what it checked is what it builds. Only locking, fetching and pushing touch a network; every other
/// step works on what is at hand.
/// </remarks>
public sealed partial class Forge
{
    private readonly ForgeOptions options;
    private readonly IForgeReporter reporter;
    private readonly BuildEnvironment environment;

    /// <param name="options">The host, and where things are kept.</param>
    /// <param name="reporter">Hears of steps.</param>
    public Forge(ForgeOptions options, IForgeReporter reporter)
    {
        this.options = options;
        this.reporter = reporter;
        string blobs = Path.Combine(options.Cache, "blobs");
        environment = BuildEnvironment.Of(
            options.Cache,
            new BlobStore(blobs) { Cache = new(Path.Combine(blobs, "hashed")) },
            options.Host,
            reporter
        );
    }

    /// <summary>Resolves every name of a recipe and writes its lock file, unless it is only to be checked. Networked.</summary>
    /// <exception cref="NodeForgeException">When checking: <see cref="ErrorCodes.LockMoved"/>, one for each change;
    /// <see cref="ErrorCodes.LockMissing"/>.</exception>
    public async Task<LockOutcome> LockAsync(LockRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Read(request.Recipe);
        LockOutcome outcome = await WithSoundCacheAsync(() => ResolveAsync(recipe, request, cancellationToken)).ConfigureAwait(false);
        if (request.Record)
            await WithSoundCacheAsync(() => RecordAsync(recipe, request.Recipe, cancellationToken)).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Plans a recipe for the platforms that are asked for.</summary>
    public Task<PlannedRecipe> PlanAsync(RecipeRequest request, CancellationToken cancellationToken) =>
        PlanAsync(Read(request), request, cancellationToken);

    /// <summary>Brings into the store what the plans of a recipe need. Networked, unless it is offline: then it names what is not
    /// there.</summary>
    public Task<PlannedRecipe> FetchAsync(RecipeRequest request, bool offline, CancellationToken cancellationToken) =>
        FetchAsync(Read(request), request, offline, cancellationToken);

    /// <summary>Fetches, assembles, exports and pushes an image; a node image only when its clusters find in it all that they can ask for.
    /// Of a checkout it locks first what the lock does not have yet.</summary>
    public async Task<BuildOutcome> BuildAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Read(request.Recipe);
        RecipeRequest.RefuseOtherKind(recipe, request.Kind);
        ImageOutputs outputs = ImageOutputs.Parse(
            request.Outputs,
            request.Tag ?? "nodeforge/" + recipe.Name,
            request.Compression,
            request.Offline
        );
        using SharedCache cache = OpenCache(request.Cache, request.Offline);
        return await WithSoundCacheAsync(async () =>
            {
                await LockCheckoutAsync(recipe, request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
                PlannedRecipe planned = await PlanAsync(recipe, request.Recipe, cancellationToken).ConfigureAwait(false);
                environment.Sweep();
                BuildEnvironment supplied = await SupplyAsync(
                        cache.Environment,
                        planned.Plans,
                        planned.Lock,
                        request.Offline,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                IReadOnlyList<ImagePlan> plans = await HandedImages
                    .AddAsync(planned.Plans, [.. request.Preloads.Select(options.Host.Resolve)], cancellationToken)
                    .ConfigureAwait(false);
                IReadOnlyList<Image> images = await new ClosedImages(supplied, request.AllowOpenClosure)
                    .AssembleAsync(plans, cancellationToken)
                    .ConfigureAwait(false);
                Uses.Add(planned.Lock, supplied.Actions.Used);
                return new BuildOutcome(images, await ExportAsync(images, outputs, cancellationToken).ConfigureAwait(false));
            })
            .ConfigureAwait(false);
    }

    /// <summary>Fetches and compiles Kubernetes, for one platform. Of a checkout it locks first what the lock does not have yet.</summary>
    public async Task<TarballOutcome> BuildAsync(TarballRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Read(request.Recipe);
        RecipeRequest.RefuseOtherKind(recipe, "KubernetesBuild");
        request.Recipe.RefuseSeveralPlatforms(recipe);
        return await WithSoundCacheAsync(async () =>
            {
                await LockCheckoutAsync(recipe, request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
                PlannedRecipe planned = await FetchAsync(recipe, request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
                Descriptor tarball = await CompileAsync((KubernetesBuildPlan)planned.Plans[0], cancellationToken).ConfigureAwait(false);
                if (request.File is { } file)
                    await TarballOutput
                        .WriteAsync(tarball, options.Host.Resolve(file), environment, cancellationToken)
                        .ConfigureAwait(false);
                return new TarballOutcome(tarball.Digest, tarball.Size, request.File);
            })
            .ConfigureAwait(false);
    }

    /// <summary>an image, wherever it is → what is in it. Networked for one of a registry.</summary>
    public Task<IReadOnlyList<InspectedImage>> InspectAsync(ImageTransport image, CancellationToken cancellationToken) =>
        WithImagesAsync(image, source => ImageInspector.InspectAsync(source, image.Name, cancellationToken), cancellationToken);

    /// <summary>an image, wherever it is → what is wrong with it. Networked for one of a registry.</summary>
    /// <param name="image">Without a name, every image there.</param>
    /// <param name="against">What it has to be the same as; null when nobody asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<VerificationReport>> VerifyAsync(
        ImageTransport image,
        ImageTransport? against,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<VerificationReport> reports = await WithImagesAsync(
                image,
                source => ImageVerifier.VerifyAsync(source, image.Name, cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        if (against is null)
            return reports;
        IReadOnlyList<ImageDifference> differences = await CompareAsync(against, image, cancellationToken).ConfigureAwait(false);
        return
        [
            .. reports.Select(report =>
                differences.FirstOrDefault(difference => difference.Manifest == report.Manifest) is { } found ? report.With(found) : report
            ),
        ];
    }

    /// <summary>reports of images → the same with what came of booting each where there is no network but its cluster's own.</summary>
    /// <param name="image">What the reports are of; loaded into the engine unless it is there.</param>
    /// <param name="reports">As <see cref="VerifyAsync"/> gives them.</param>
    /// <param name="cancellationToken">Ends it; the clusters are removed.</param>
    public async Task<IReadOnlyList<VerificationReport>> BootAsync(
        ImageTransport image,
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    )
    {
        ImageTrial trial = new(ConnectAsync, Clusters);
        if (image.Room.Form == TransportForm.Reference)
            return
            [
                ImageTrial.CanRun(reports[0])
                    ? await trial.RunAsync(reports[0], image.Reference!, cancellationToken).ConfigureAwait(false)
                    : reports[0].NotBooted(),
            ];
        return await WithImagesAsync(image, source => trial.RunAsync(reports, source, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>recipe + lock + reports of images → whether each is the one that the lock describes, by its identity and by what it says of
    /// itself.</summary>
    public Task<IReadOnlyList<VerificationReport>> HoldAgainstAsync(
        RecipeRequest recipe,
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    ) => new RecipeProof(this, environment, recipe).HoldAsync(reports, cancellationToken);

    /// <summary>recipe + lock + reports of images → the images built again, and where they differ, down to the byte. Networked where
    /// sources have to be fetched.</summary>
    /// <remarks>Every step is done again, in a record of steps of its own: of the cache only content is used that the lock names by its
    /// digest.</remarks>
    public Task<IReadOnlyList<VerificationReport>> RebuildAsync(
        RecipeRequest recipe,
        bool offline,
        ImageTransport image,
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    ) =>
        WithSoundCacheAsync(() =>
            WithImagesAsync(
                image,
                source => new RecipeProof(this, environment, recipe).RebuildAsync(source, offline, reports, cancellationToken),
                cancellationToken
            )
        );

    /// <summary>two images, wherever they are → where they differ, platform by platform. Networked for one of a registry.</summary>
    public Task<IReadOnlyList<ImageDifference>> CompareAsync(
        ImageTransport first,
        ImageTransport second,
        CancellationToken cancellationToken
    ) =>
        WithImagesAsync(
            first,
            ours =>
                WithImagesAsync(
                    second,
                    theirs => ImageComparison.CompareAsync(ours, first.Name, theirs, second.Name, cancellationToken),
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>an image, wherever it is → another place, byte for byte, with what is attached to it. Networked where one of them is a
    /// registry.</summary>
    /// <returns>The place as on a command line, with the digest where it is a registry.</returns>
    public Task<string> CopyAsync(ImageTransport from, ImageTransport to, CancellationToken cancellationToken) =>
        WithImagesAsync(
            from,
            async source =>
            {
                IReadOnlyList<Image> images = await source
                    .OpenAllAsync(await source.FindAsync(from.Name, cancellationToken).ConfigureAwait(false), cancellationToken)
                    .ConfigureAwait(false);
                images = await source.WithAttachedAsync(images, cancellationToken).ConfigureAwait(false);
                ImageOutputs output = ImageOutputs.Parse(
                    [to.ToString()],
                    images[0].References.Count > 0 ? images[0].References[0].ToString() : "nodeforge/image",
                    "none",
                    offline: false
                );
                return (await ExportAsync(images, output, cancellationToken).ConfigureAwait(false))[0];
            },
            cancellationToken
        );

    private async Task<T> WithImagesAsync<T>(ImageTransport image, Func<IImageSource, Task<T>> work, CancellationToken cancellationToken)
    {
        using OpenedImages opened = OpenImages();
        return await work(await opened.OpenAsync(image, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>images, files → one file for a site; and what is done with it there.</summary>
    public BundleProvider Bundles => new(options, reporter, OpenImages);

    /// <summary>a file of many images → locks, a plan, the images.</summary>
    public MatrixProvider Matrices => new(this, options, reporter);

    /// <summary>the cache, and those of registries → less of them.</summary>
    public CacheProvider Caches => new(options, reporter, environment, OpenNetwork);

    private OpenedImages OpenImages() => new(options, ConnectAsync, OpenNetwork);

    /// <summary>cluster file + node image → cluster, and its life after that.</summary>
    public ClusterProvider Clusters =>
        new(
            options.Host,
            reporter,
            new(Path.Combine(options.Cache, "diagnostics"), Path.Combine(options.Cache, "scratch"))
            {
                Transports = OpenedImages.Bundles(options.Host),
            }
        );

    /// <summary>file → recipe, every problem at once.</summary>
    public Recipe Read(RecipeRequest request) => RecipeReader.Read(options.Host.Resolve(request.Path), request.Parameters);

    /// <summary>recipe + lock → plan. Pure.</summary>
    public ImagePlan Plan(Recipe recipe, RecipeLock locked, Platform platform) =>
        Planner.Plan(recipe, locked, platform, options.SourceDateEpoch);

    /// <summary>plan + store → image.</summary>
    public Task<Image> AssembleAsync(ImagePlan plan, CancellationToken cancellationToken) =>
        new ImageAssembler(environment).AssembleAsync(plan, cancellationToken);

    /// <summary>images → layouts, archives, engines and, networked, registries.</summary>
    /// <returns>The outputs as on a command line, what was pushed with its digest.</returns>
    public async Task<IReadOnlyList<string>> ExportAsync(
        IReadOnlyList<Image> images,
        ImageOutputs outputs,
        CancellationToken cancellationToken
    )
    {
        using OpenedImages opened = OpenImages();
        return await outputs
            .WriteAsync(images, environment, opened.Host, new FetchOptions(), options.Host.Clock, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<LockOutcome> ResolveAsync(Recipe recipe, LockRequest request, CancellationToken cancellationToken)
    {
        string path = LockPathOf(request.Recipe, recipe);
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

    internal async Task<RecipeLock> ResolveAsync(
        Recipe recipe,
        RecipeLock? previous,
        IReadOnlyList<string> update,
        IReadOnlyList<Platform> platforms,
        CancellationToken cancellationToken
    )
    {
        using Network network = OpenNetwork();
        Locker locker = new(environment.Store, options.Cache, network.Servers(options.Host.Proxies), network.Registries(), options.Host);
        LockOptions how = new()
        {
            DigestOf = RecipeDigest.ComputeAsync,
            Update = update,
            Platforms = platforms,
            SourceDateEpoch = options.SourceDateEpochText,
            Mirrors = options.Mirrors,
        };
        return await locker.LockAsync(recipe, previous, how, reporter, cancellationToken).ConfigureAwait(false);
    }

    // Who edits a checkout builds after each edit; what was locked beside it stays. A recipe that names no checkout is built as it was
    // locked, or not at all.
    private async Task LockCheckoutAsync(Recipe recipe, RecipeRequest request, bool offline, CancellationToken cancellationToken)
    {
        if (offline || !IsOfCheckout(recipe))
            return;
        string path = LockPathOf(request, recipe);
        Digest digest = await RecipeDigest.ComputeAsync(recipe, cancellationToken).ConfigureAwait(false);
        if (
            File.Exists(path)
            && !LockCheck.Problems(RecipeLockFile.Read(path, recipe.File), path, recipe, digest, request.PlatformsOf(recipe)).Any()
        )
            return;
        using ForgeStep step = reporter.Step($"lock {Path.GetFileName(path)}");
        await ResolveAsync(recipe, new LockRequest(request), cancellationToken).ConfigureAwait(false);
        step.Finish();
    }

    private static bool IsOfCheckout(Recipe recipe) =>
        (recipe as KubernetesBuildRecipe ?? (recipe as NodeImageRecipe)?.Kubernetes.Build)?.Tree?.Folder is not null;

    private async Task<RecipeLock> RecordAsync(Recipe recipe, RecipeRequest request, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await PlanAsync(recipe, request, cancellationToken).ConfigureAwait(false);
        RecipeLock recorded = planned.Lock;
        foreach (
            KubernetesBuildPlan build in planned
                .Plans.Select(plan => plan as KubernetesBuildPlan ?? (plan as NodeImagePlan)?.Kubernetes)
                .OfType<KubernetesBuildPlan>()
        )
        {
            await FetchAsync([build], planned.Lock, offline: false, cancellationToken).ConfigureAwait(false);
            Descriptor tarball = await CompileAsync(build, cancellationToken).ConfigureAwait(false);
            recorded = recorded.With(build.Part, build.Part with { Output = tarball.Digest });
        }

        foreach (Platform platform in planned.Plans.Where(plan => plan is not KubernetesBuildPlan).Select(plan => plan.Platform))
        {
            ImagePlan plan = Plan(recipe, recorded, platform) with { Recorded = null };
            await FetchAsync([plan], recorded, offline: false, cancellationToken).ConfigureAwait(false);
            Image image = await AssembleAsync(plan, cancellationToken).ConfigureAwait(false);
            LockedPart top = recorded.Part(recipe, recipe, platform);
            recorded = recorded.With(top, top with { Output = image.Id, Layers = image.Config.RootFs.DiffIds });
        }

        RecipeLockFile.Write(planned.LockPath, recorded);
        return recorded;
    }

    internal async Task<PlannedRecipe> PlanAsync(Recipe recipe, RecipeRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<Platform> platforms = request.PlatformsOf(recipe);
        Digest digest = await RecipeDigest.ComputeAsync(recipe, cancellationToken).ConfigureAwait(false);
        RecipeLock locked = LockCheck.Load(recipe, digest, platforms, LockPathOf(request, recipe));
        ImagePlan[] plans = [.. platforms.Select(platform => Plan(recipe, locked, platform))];
        foreach (Diagnostic warning in plans.SelectMany(plan => plan.Warnings).Distinct())
            reporter.Warn(warning);
        return new(recipe, locked, LockPathOf(request, recipe), plans);
    }

    private async Task<PlannedRecipe> FetchAsync(Recipe recipe, RecipeRequest request, bool offline, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await PlanAsync(recipe, request, cancellationToken).ConfigureAwait(false);
        environment.Sweep();
        await FetchAsync(planned.Plans, planned.Lock, offline, cancellationToken).ConfigureAwait(false);
        return planned;
    }

    /// <summary>Brings into the store what plans need. Where others may have made it, and where there is no network, what only making
    /// needs is left until something is made here: nobody needs packages for layers that are there.</summary>
    /// <returns>What to assemble in.</returns>
    internal async Task<BuildEnvironment> SupplyAsync(
        BuildEnvironment place,
        IReadOnlyList<ImagePlan> plans,
        RecipeLock locked,
        bool offline,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Source> always = PlanSources.WhateverIsMade(plans, locked, options.Mirrors);
        // Offline, whoever lacks one of these is told of all at once.
        bool waits = offline ? always.All(source => place.Store.Contains(source.Digest)) : place.Actions.Shared is not null;
        if (!waits)
        {
            await FetchAsync(plans, locked, offline, cancellationToken).ConfigureAwait(false);
            return place with { Actions = place.Actions.Anew() };
        }

        await FetchAsync(always, offline, cancellationToken).ConfigureAwait(false);
        Lazy<Task> rest = new(() => FetchAsync(plans, locked, offline, cancellationToken));
        return place with { Actions = place.Actions.MadeFrom(() => rest.Value) };
    }

    private Task FetchAsync(IReadOnlyList<ImagePlan> plans, RecipeLock locked, bool offline, CancellationToken cancellationToken) =>
        FetchAsync(PlanSources.Of(plans, locked, options.Mirrors, environment.Store), offline, cancellationToken);

    private async Task FetchAsync(IReadOnlyList<Source> sources, bool offline, CancellationToken cancellationToken)
    {
        bool packages =
            !offline
            && sources.Any(source => source.Kind != SourceKind.File && source.Image is null && !environment.Store.Contains(source.Digest));
        IWebProxy proxies = packages
            ? await AptProxies.OfHostAsync(options.Host, options.Mirrors.Debian, reporter, cancellationToken).ConfigureAwait(false)
            : options.Host.Proxies;
        using Network network = offline ? Network.Closed(options.Host) : OpenNetwork();
        SourceFetcher fetcher = new(network.Servers(proxies), network.Registries(), options.Host.Clock);
        await fetcher
            .FetchAsync(sources, environment.Store, new FetchOptions { Offline = offline }, reporter, cancellationToken)
            .ConfigureAwait(false);
    }

    private Task<Descriptor> CompileAsync(KubernetesBuildPlan plan, CancellationToken cancellationToken) =>
        new KubernetesBuilder(environment).BuildAsync(plan, cancellationToken);

    private Task<EngineClient> ConnectAsync(CancellationToken cancellationToken) =>
        EngineClient.ConnectAsync(new EngineDiscovery(options.Host).Find(), cancellationToken);

    private string LockPathOf(RecipeRequest request, Recipe recipe) =>
        request.LockPath is { } path ? options.Host.Resolve(path) : RecipeLockFile.DefaultPath(recipe.File);

    // Work on the cache, done again as long as damaged content is found in it and removed.
    private Task<T> WithSoundCacheAsync<T>(Func<Task<T>> work) => CacheRepair.RunAsync(environment, work);

    internal LockUses Uses => new(Path.Combine(options.Cache, "uses"));

    internal SharedCache OpenCache(SharedCacheRequest request, bool offline) => new(environment, request, offline, OpenNetwork);

    private Network OpenNetwork() => new(options.Host, options.Handlers);
}
