using NodeForge.Clusters;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Images;
using NodeForge.Images.Exporting;
using NodeForge.Images.Fetching;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using NodeForge.Recipes.Reading;

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
    private readonly BlobHolders holders = new(); // what the shared cache has, an image's repository of the same registry need not be sent

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
        Steps = new(options, environment, OpenNetwork);
        Locking = new(options, environment, OpenNetwork, Steps);
    }

    internal RecipeSteps Steps { get; }

    internal RecipeLocking Locking { get; }

    /// <summary>Resolves every name of a recipe and writes its lock file, unless it is only to be checked. Networked.</summary>
    /// <exception cref="NodeForgeException">When checking: <see cref="ErrorCodes.LockMoved"/>, one for each change;
    /// <see cref="ErrorCodes.LockMissing"/>.</exception>
    public async Task<LockOutcome> LockAsync(LockRequest request, CancellationToken cancellationToken)
    {
        Recipe recipe = Read(request.Recipe);
        LockOutcome outcome = await WithSoundCacheAsync(() => Locking.LockAsync(recipe, request, cancellationToken)).ConfigureAwait(false);
        if (request.Record)
            await WithSoundCacheAsync(() => Locking.RecordAsync(recipe, request.Recipe, cancellationToken)).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Plans a recipe for the platforms that are asked for.</summary>
    public Task<PlannedRecipe> PlanAsync(RecipeRequest request, CancellationToken cancellationToken) =>
        Steps.PlanAsync(Read(request), request, cancellationToken);

    /// <summary>Brings into the store what the plans of a recipe need. Networked, unless it is offline: then it names what is not
    /// there.</summary>
    public Task<PlannedRecipe> FetchAsync(RecipeRequest request, bool offline, CancellationToken cancellationToken) =>
        Steps.FetchAsync(Read(request), request, offline, cancellationToken);

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
                await Locking.LockCheckoutAsync(recipe, request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
                PlannedRecipe planned = await Steps.PlanAsync(recipe, request.Recipe, cancellationToken).ConfigureAwait(false);
                environment.Sweep();
                BuildEnvironment supplied = await Steps
                    .SupplyAsync(cache.Environment, planned.Plans, planned.Lock, request.Offline, cancellationToken)
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
                await Locking.LockCheckoutAsync(recipe, request.Recipe, request.Offline, cancellationToken).ConfigureAwait(false);
                PlannedRecipe planned = await Steps
                    .FetchAsync(recipe, request.Recipe, request.Offline, cancellationToken)
                    .ConfigureAwait(false);
                Descriptor tarball = await Steps
                    .CompileAsync((KubernetesBuildPlan)planned.Plans[0], cancellationToken)
                    .ConfigureAwait(false);
                if (request.File is { } file)
                    await TarballOutput
                        .WriteAsync(tarball, options.Host.Resolve(file), environment, cancellationToken)
                        .ConfigureAwait(false);
                return new TarballOutcome(tarball.Digest, tarball.Size, request.File);
            })
            .ConfigureAwait(false);
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
    public ImagePlan Plan(Recipe recipe, RecipeLock locked, Platform platform) => Steps.Plan(recipe, locked, platform);

    /// <summary>plan + store → image.</summary>
    public Task<Image> AssembleAsync(ImagePlan plan, CancellationToken cancellationToken) => Steps.AssembleAsync(plan, cancellationToken);

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

    private Task<EngineClient> ConnectAsync(CancellationToken cancellationToken) =>
        EngineClient.ConnectAsync(new EngineDiscovery(options.Host).Find(), cancellationToken);

    // Work on the cache, done again as long as damaged content is found in it and removed.
    private Task<T> WithSoundCacheAsync<T>(Func<Task<T>> work) => CacheRepair.RunAsync(environment, work);

    internal LockUses Uses => new(Path.Combine(options.Cache, "uses"));

    internal SharedCache OpenCache(SharedCacheRequest request, bool offline) => new(environment, request, offline, OpenNetwork);

    private Network OpenNetwork() => new(options.Host, options.Handlers, holders);
}
