using System.Net;
using NodeForge.Clusters;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Images;
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
using NodeForge.Verification;
using NodeForge.Verification.Reproduction;

namespace NodeForge;

/// <summary>The house's table of contents: a verb is a few steps, each step is one call into one room, and data goes one way.</summary>
/// <remarks>
/// A verb reads its recipe once, and what it checked is what it builds. Only locking, fetching and pushing touch a network; every other step works on what is at hand.
/// </remarks>
public sealed class Forge
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
        environment = BuildEnvironment.Of(options.Cache, new BlobStore(Path.Combine(options.Cache, "blobs")) { Cache = new() }, options.Host, reporter);
    }

    /// <summary>Resolves every name of a recipe and writes its lock file, unless it is only to be checked. Networked.</summary>
    /// <exception cref="NodeForgeException">When checking: <see cref="ErrorCodes.LockMoved"/>, one for each change; <see cref="ErrorCodes.LockMissing"/>.</exception>
    public async Task<LockOutcome> LockAsync(LockRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Read(request.Recipe);
        LockOutcome outcome = await WithSoundCacheAsync(() => ResolveAsync(recipe, request, cancellationToken)).ConfigureAwait(false);
        if (request.Record)
            await WithSoundCacheAsync(() => RecordAsync(recipe, request.Recipe, cancellationToken)).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Plans a recipe for the platforms that are asked for.</summary>
    public Task<PlannedRecipe> PlanAsync(RecipeRequest request, CancellationToken cancellationToken) => PlanAsync(Read(request), request, cancellationToken);

    /// <summary>Brings into the store what the plans of a recipe need. Networked, unless it is offline: then it names what is not there.</summary>
    public Task<PlannedRecipe> FetchAsync(RecipeRequest request, bool offline, CancellationToken cancellationToken) => FetchAsync(Read(request), request, offline, cancellationToken);

    /// <summary>Fetches, assembles, exports and pushes an image.</summary>
    public async Task<BuildOutcome> BuildAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Read(request.Recipe);
        RecipeRequest.RefuseOtherKind(recipe, request.Kind);
        ImageOutputs outputs = ImageOutputs.Parse(request.Outputs, request.Tag ?? "nodeforge/" + recipe.Name, request.Compression, request.Offline);
        return await WithSoundCacheAsync(async () =>
        {
            PlannedRecipe planned = await FetchAsync(recipe, request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<Image> images = await AssembleAsync(planned.Plans, cancellationToken).ConfigureAwait(false);
            return new BuildOutcome(images, await ExportAsync(images, outputs, cancellationToken).ConfigureAwait(false));
        }).ConfigureAwait(false);
    }

    /// <summary>Fetches and compiles Kubernetes, for one platform.</summary>
    public async Task<TarballOutcome> BuildAsync(TarballRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Read(request.Recipe);
        RecipeRequest.RefuseOtherKind(recipe, "KubernetesBuild");
        request.Recipe.RefuseSeveralPlatforms(recipe);
        return await WithSoundCacheAsync(async () =>
        {
            PlannedRecipe planned = await FetchAsync(recipe, request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
            Descriptor tarball = await CompileAsync((KubernetesBuildPlan)planned.Plans[0], cancellationToken).ConfigureAwait(false);
            if (request.File is { } file)
                await TarballOutput.WriteAsync(tarball, options.Host.Resolve(file), environment, cancellationToken).ConfigureAwait(false);
            return new TarballOutcome(tarball.Digest, tarball.Size, request.File);
        }).ConfigureAwait(false);
    }

    /// <summary>an image, wherever it is → what is in it. Networked for one of a registry.</summary>
    public Task<IReadOnlyList<InspectedImage>> InspectAsync(ImageTransport image, CancellationToken cancellationToken) =>
        WithImagesAsync(image, source => ImageInspector.InspectAsync(source, image.Name, cancellationToken), cancellationToken);

    /// <summary>an image, wherever it is → what is wrong with it. Networked for one of a registry.</summary>
    /// <param name="image">Without a name, every image there.</param>
    /// <param name="against">What it has to be the same as; null when nobody asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<VerificationReport>> VerifyAsync(ImageTransport image, ImageTransport? against, CancellationToken cancellationToken)
    {
        IReadOnlyList<VerificationReport> reports = await WithImagesAsync(image, source => ImageVerifier.VerifyAsync(source, image.Name, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (against is null)
            return reports;
        IReadOnlyList<ImageDifference> differences = await CompareAsync(against, image, cancellationToken).ConfigureAwait(false);
        return [.. reports.Select(report => differences.FirstOrDefault(difference => difference.Manifest == report.Manifest) is { } found ? report.With(found) : report)];
    }

    /// <summary>two images, wherever they are → where they differ, platform by platform. Networked for one of a registry.</summary>
    public Task<IReadOnlyList<ImageDifference>> CompareAsync(ImageTransport first, ImageTransport second, CancellationToken cancellationToken) =>
        WithImagesAsync(first, ours => WithImagesAsync(second, theirs => ImageComparison.CompareAsync(ours, first.Name, theirs, second.Name, cancellationToken), cancellationToken), cancellationToken);

    private async Task<T> WithImagesAsync<T>(ImageTransport image, Func<IImageSource, Task<T>> work, CancellationToken cancellationToken)
    {
        // An engine's export comes by once: its files lie in the scratch folder while they are looked at.
        Lazy<ScratchFolder> scratch = new(() => new(Path.Combine(options.Cache, "scratch", "images-" + Path.GetRandomFileName())));
        using Network network = image.Room.IsRemote ? OpenNetwork() : Network.Closed(options.Host);
        TransportHost host = new()
        {
            OpenEngine = (place, stop) => new EngineStore(ConnectAsync, place.Reference!).OpenAsync(place.ToString(), new BlobStore(scratch.Value.Path), stop),
            Registry = _ => network.Registries(),
        };
        try
        {
            return await work(await image.OpenAsync(host, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            if (scratch.IsValueCreated)
                scratch.Value.Dispose();
        }
    }

    /// <summary>cluster file + node image → cluster, and its life after that.</summary>
    public ClusterProvider Clusters =>
        new(options.Host, reporter, new(Path.Combine(options.Cache, "diagnostics"), Path.Combine(options.Cache, "scratch")));

    /// <summary>file → recipe, every problem at once.</summary>
    public Recipe Read(RecipeRequest request) => RecipeReader.Read(options.Host.Resolve(request.Path), request.Parameters);

    /// <summary>recipe + lock → plan. Pure.</summary>
    public ImagePlan Plan(Recipe recipe, RecipeLock locked, Platform platform) => Planner.Plan(recipe, locked, platform, options.SourceDateEpoch);

    /// <summary>plan + store → image.</summary>
    public Task<Image> AssembleAsync(ImagePlan plan, CancellationToken cancellationToken) => new ImageAssembler(environment).AssembleAsync(plan, cancellationToken);

    /// <summary>images → layouts, archives, engines and, networked, registries.</summary>
    /// <returns>The outputs as on a command line, what was pushed with its digest.</returns>
    public async Task<IReadOnlyList<string>> ExportAsync(IReadOnlyList<Image> images, ImageOutputs outputs, CancellationToken cancellationToken)
    {
        using Network network = outputs.AreRemote ? OpenNetwork() : Network.Closed(options.Host);
        TransportHost host = new() { EngineTarget = place => new EngineStore(ConnectAsync, place.Reference!), Registry = _ => network.Registries() };
        return await outputs.WriteAsync(images, environment, host, new FetchOptions(), options.Host.Clock, cancellationToken).ConfigureAwait(false);
    }

    private async Task<LockOutcome> ResolveAsync(Recipe recipe, LockRequest request, CancellationToken cancellationToken)
    {
        string path = LockPathOf(request.Recipe, recipe);
        RecipeLock? previous = request.Check || File.Exists(path) ? RecipeLockFile.Read(path, recipe.File) : null;
        RecipeLock locked = await ResolveAsync(recipe, previous, request.Update, request.Recipe.PlatformsToLock(recipe), cancellationToken).ConfigureAwait(false);
        LockDifference? difference = previous is null ? null : LockDifference.Between(previous, locked);
        if (request.Check)
            difference?.RefuseAny(path, recipe.File);
        else
            RecipeLockFile.Write(path, locked);
        return new(path, difference, locked);
    }

    private async Task<RecipeLock> ResolveAsync(Recipe recipe, RecipeLock? previous, IReadOnlyList<string> update, IReadOnlyList<Platform> platforms, CancellationToken cancellationToken)
    {
        using Network network = OpenNetwork();
        Locker locker = new(environment.Store, options.Cache, network.Servers(options.Host.Proxies), network.Registries(), options.Host);
        LockOptions how = new() { DigestOf = RecipeDigest.ComputeAsync, Update = update, Platforms = platforms, SourceDateEpoch = options.SourceDateEpochText, Mirrors = options.Mirrors };
        return await locker.LockAsync(recipe, previous, how, reporter, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RecipeLock> RecordAsync(Recipe recipe, RecipeRequest request, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await PlanAsync(recipe, request, cancellationToken).ConfigureAwait(false);
        RecipeLock recorded = planned.Lock;
        foreach (KubernetesBuildPlan build in planned.Plans.Select(plan => plan as KubernetesBuildPlan ?? (plan as NodeImagePlan)?.Kubernetes).OfType<KubernetesBuildPlan>())
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

    private async Task<PlannedRecipe> PlanAsync(Recipe recipe, RecipeRequest request, CancellationToken cancellationToken)
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

    private async Task FetchAsync(IReadOnlyList<ImagePlan> plans, RecipeLock locked, bool offline, CancellationToken cancellationToken)
    {
        IReadOnlyList<Source> sources = PlanSources.Of(plans, locked, options.Mirrors, environment.Store);
        bool packages = !offline && sources.Any(source => source.Kind != SourceKind.File && source.Image is null && !environment.Store.Contains(source.Digest));
        IWebProxy proxies = packages ? await AptProxies.OfHostAsync(options.Host, options.Mirrors.Debian, reporter, cancellationToken).ConfigureAwait(false) : options.Host.Proxies;
        using Network network = offline ? Network.Closed(options.Host) : OpenNetwork();
        SourceFetcher fetcher = new(network.Servers(proxies), network.Registries(), options.Host.Clock);
        await fetcher.FetchAsync(sources, environment.Store, new FetchOptions { Offline = offline }, reporter, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Image>> AssembleAsync(IReadOnlyList<ImagePlan> plans, CancellationToken cancellationToken)
    {
        List<Image> images = [];
        foreach (ImagePlan plan in plans)
            images.Add(await AssembleAsync(plan, cancellationToken).ConfigureAwait(false));
        return images;
    }

    private Task<Descriptor> CompileAsync(KubernetesBuildPlan plan, CancellationToken cancellationToken) => new KubernetesBuilder(environment).BuildAsync(plan, cancellationToken);

    private Task<EngineClient> ConnectAsync(CancellationToken cancellationToken) => EngineClient.ConnectAsync(new EngineDiscovery(options.Host).Find(), cancellationToken);

    private string LockPathOf(RecipeRequest request, Recipe recipe) => request.LockPath is { } path ? options.Host.Resolve(path) : RecipeLockFile.DefaultPath(recipe.File);

    // Work on the cache, done again as long as damaged content is found in it and removed.
    private Task<T> WithSoundCacheAsync<T>(Func<Task<T>> work) => CacheRepair.RunAsync(environment, work);

    private Network OpenNetwork() => new(options.Host, options.Handlers);
}
