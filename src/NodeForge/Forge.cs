using System.Diagnostics.CodeAnalysis;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Images.Assembly;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Exporting;
using NodeForge.Images.Fetching;
using NodeForge.Images.Locking;
using NodeForge.Images.Planning;
using NodeForge.Images.Pushing;
using NodeForge.Images.Verification;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layouts;
using NodeForge.Oci.Registry;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>The house's table of contents: each step of the work is one call into one room, and data goes one way.</summary>
/// <remarks>Only <see cref="LockAsync"/>, <see cref="FetchAsync"/> and <see cref="PushAsync"/> touch a network; every other step works on what is at hand.</remarks>
public sealed class Forge
{
    private readonly ForgeOptions options;
    private readonly IForgeReporter reporter;
    private readonly BuildEnvironment environment;

    /// <param name="options">Where things are kept.</param>
    /// <param name="reporter">Hears of steps.</param>
    public Forge(ForgeOptions options, IForgeReporter reporter)
    {
        this.options = options;
        this.reporter = reporter;
        environment = BuildEnvironment.Of(options.Cache, new BlobStore(Path.Combine(options.Cache, "blobs")) { Cache = new() }, reporter);
    }

    /// <summary>file → recipe, every problem at once.</summary>
    public static Recipe Read(RecipeRequest request) => RecipeReader.Read(request.Path, request.Parameters);

    /// <summary>recipe → lock: every name resolved. Networked.</summary>
    public async Task<RecipeLock> LockAsync(Recipe recipe, RecipeLock? previous, IReadOnlyList<string> update, IReadOnlyList<Platform> platforms, CancellationToken cancellationToken)
    {
        using HttpConnections connections = new();
        using RegistryClient registry = OpenRegistry();
        Locker locker = new(environment.Store, options.Cache, connections, new OciRegistry(registry), TimeProvider.System);
        LockOptions how = new() { DigestOf = RecipeDigest.ComputeAsync, Update = update, Platforms = platforms, SourceDateEpoch = options.SourceDateEpochText, Mirrors = options.Mirrors };
        return await locker.LockAsync(recipe, previous, how, reporter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>recipe + lock → plan. Pure.</summary>
    public ImagePlan Plan(Recipe recipe, RecipeLock locked, Platform platform) => Planner.Plan(recipe, locked, platform, options.SourceDateEpoch);

    /// <summary>Tells what plans have to be told of.</summary>
    internal void Warn(IEnumerable<ImagePlan> plans)
    {
        foreach (Diagnostic warning in plans.SelectMany(plan => plan.Warnings).Distinct())
            reporter.Warn(warning);
    }

    /// <summary>plans → their content in the store, by digest. Networked.</summary>
    public async Task FetchAsync(IReadOnlyList<ImagePlan> plans, RecipeLock locked, bool offline, CancellationToken cancellationToken)
    {
        IReadOnlyList<Source> sources = PlanSources.Of(plans, locked, options.Mirrors, environment.Store);
        bool packages = !offline && sources.Any(source => source.Kind != SourceKind.File && source.Image is null && !environment.Store.Contains(source.Digest));
        using HttpConnections connections = new(proxy: packages ? await AptProxies.OfThisMachineAsync(options.Mirrors.Debian, options.Variable, reporter, cancellationToken).ConfigureAwait(false) : null);
        using RegistryClient registry = OpenRegistry();
        SourceFetcher fetcher = new(connections, new OciRegistry(registry), TimeProvider.System);
        await fetcher.FetchAsync(sources, environment.Store, new FetchOptions { Offline = offline }, reporter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>plan + store → image.</summary>
    public Task<BuiltImage> AssembleAsync(ImagePlan plan, CancellationToken cancellationToken) => new ImageAssembler(environment).AssembleAsync(plan, cancellationToken);

    /// <summary>plan + store → Kubernetes' server tarball.</summary>
    public Task<Descriptor> CompileAsync(KubernetesBuildPlan plan, CancellationToken cancellationToken) => new KubernetesBuilder(environment).BuildAsync(plan, cancellationToken);

    /// <summary>images → layouts, archives, engines.</summary>
    public Task ExportAsync(IReadOnlyList<BuiltImage> images, ImageOutputs outputs, CancellationToken cancellationToken) => outputs.WriteAsync(images, environment, cancellationToken);

    /// <summary>images → registries. Networked.</summary>
    public async Task<IReadOnlyList<ImageReference>> PushAsync(IReadOnlyList<BuiltImage> images, RegistryOutputs registries, CancellationToken cancellationToken)
    {
        using RegistryClient registry = OpenRegistry();
        return await registries.PushAsync(images, environment, registry, new FetchOptions(), TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>tarball → file, whole or not at all.</summary>
    public Task ExportAsync(Descriptor tarball, string file, CancellationToken cancellationToken) => TarballOutput.WriteAsync(tarball, file, environment, cancellationToken);

    /// <summary>layout, archive or an engine's image → what is in it.</summary>
    public Task<IReadOnlyList<InspectedImage>> InspectAsync(ImageTransport image, CancellationToken cancellationToken) =>
        image is ImageTransport.Engine engine ? InspectAsync(engine, cancellationToken) : ImageInspector.InspectAsync(image, cancellationToken);

    // An engine's export comes by once: its files lie in the scratch folder while they are looked at.
    private async Task<IReadOnlyList<InspectedImage>> InspectAsync(ImageTransport.Engine image, CancellationToken cancellationToken)
    {
        using ScratchFolder scratch = new(Path.Combine(options.Cache, "scratch", "inspect-" + Path.GetRandomFileName()));
        using EngineClient engine = await EngineClient.ConnectAsync(EngineDiscovery.OfThisProcess.Find(), cancellationToken).ConfigureAwait(false);
        Stream export = await engine.Images.SaveAsync([image.Reference.ToString()], cancellationToken).ConfigureAwait(false);
        await using (export.ConfigureAwait(false))
            return await ImageInspector.InspectAsync(() => Oci.Layouts.ImageSource.TakeArchive(export, image.ToString(), new BlobStore(scratch.Path), cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Work on the cache, done again as long as damaged content is found in it and removed.</summary>
    public Task<T> WithSoundCacheAsync<T>(Func<Task<T>> work) => CacheRepair.RunAsync(environment, work);

    /// <summary>Removes what killed builds left in the cache; each build begins with it.</summary>
    public void Sweep() => environment.Sweep(TimeProvider.System);

    /// <summary>cluster file + node image → cluster, and its life after that.</summary>
    public ClusterWork Clusters => new(options, reporter);

    [SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of its handler.")]
    private static RegistryClient OpenRegistry() => new(RegistryClient.CreateHandler(), new RegistryOptions { Credentials = new DockerCredentials(DockerCredentials.DefaultFile) });
}
