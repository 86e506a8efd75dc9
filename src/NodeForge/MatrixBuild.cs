using System.Collections.Concurrent;
using System.Diagnostics;
using NodeForge.Images;
using NodeForge.Images.Exporting;
using NodeForge.Images.Planning;
using NodeForge.Matrices;
using NodeForge.Oci;

namespace NodeForge;

/// <summary>Builds cells side by side, and writes each image once its platforms are there.</summary>
/// <remarks>Cells that want the same layer wait for the first of them (<see cref="ActionCache"/>), and find it made.</remarks>
internal sealed class MatrixBuild : IDisposable
{
    // The limit for a whole build is 400 MB whatever the image (docs/principles.md); programs of packages need some beside it.
    private const long MemoryOfCell = 1L << 30;

    private readonly Forge forge;
    private readonly IForgeReporter reporter;
    private readonly TimeProvider clock;
    private readonly MatrixBuildRequest request;
    private readonly IReadOnlyDictionary<MatrixImage, PlannedRecipe> planned;
    private readonly IReadOnlyDictionary<MatrixImage, ImageOutputs> outputs;
    private readonly SharedCache cache;

    public MatrixBuild(
        Forge forge,
        IForgeReporter reporter,
        ForgeOptions options,
        MatrixBuildRequest request,
        IReadOnlyDictionary<MatrixImage, PlannedRecipe> planned,
        IReadOnlyDictionary<MatrixImage, ImageOutputs> outputs
    )
    {
        this.forge = forge;
        this.reporter = reporter;
        this.request = request;
        this.planned = planned;
        this.outputs = outputs;
        clock = options.Host.Clock;
        cache = forge.OpenCache(request.Cache, request.Offline);
    }

    /// <summary>As many cells at a time as cores and memory are for.</summary>
    internal static int JobsFor(int cores, long memory, int cells) =>
        (int)Math.Clamp(Math.Min(cores, memory / MemoryOfCell), 1, Math.Max(cells, 1));

    public async Task<MatrixOutcome> RunAsync(IReadOnlyList<MatrixCell> cells, CancellationToken cancellationToken)
    {
        cache.Environment.Sweep();
        int jobs = request.Jobs ?? JobsFor(Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, cells.Count);
        ConcurrentDictionary<MatrixCell, MatrixCellOutcome> built = [];
        await Parallel
            .ForEachAsync(
                cells,
                new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken },
                async (cell, stop) => built[cell] = await BuildAsync(cell, stop).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        List<MatrixImageOutcome> images = [];
        foreach (IGrouping<MatrixImage, MatrixCell> image in cells.GroupBy(cell => cell.Image))
            images.Add(await WriteAsync(image.Key, [.. image.Select(cell => built[cell])], cancellationToken).ConfigureAwait(false));
        return new(images);
    }

    private async Task<MatrixCellOutcome> BuildAsync(MatrixCell cell, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        using ForgeStep step = reporter.Step($"cell {cell}");
        try
        {
            PlannedRecipe recipe = planned[cell.Image];
            ImagePlan plan = recipe.Plans.Single(plan => plan.Platform == cell.Platform);
            (IReadOnlyList<Image> images, IReadOnlyCollection<Digest> used) = await CacheRepair
                .RunAsync(
                    cache.Environment,
                    async () =>
                    {
                        BuildEnvironment environment = await forge
                            .Steps.SupplyAsync(cache.Environment, [plan], recipe.Lock, request.Offline, cancellationToken)
                            .ConfigureAwait(false);
                        IReadOnlyList<Image> made = await new ClosedImages(environment, request.AllowOpenClosure)
                            .AssembleAsync([plan], cancellationToken)
                            .ConfigureAwait(false);
                        return (made, environment.Actions.Used);
                    }
                )
                .ConfigureAwait(false);
            lock (planned) // two platforms have one lock
                forge.Uses.Add(recipe.Lock, used);
            step.Finish();
            return new(cell.Platform, images[0], clock.GetElapsedTime(began));
        }
        catch (NodeForgeException failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new(cell.Platform, null, clock.GetElapsedTime(began)) { Problems = failure.Diagnostics };
        }
    }

    // An index that lacks a platform would be pulled by somebody: an image is written whole or not at all.
    private async Task<MatrixImageOutcome> WriteAsync(
        MatrixImage image,
        IReadOnlyList<MatrixCellOutcome> cells,
        CancellationToken cancellationToken
    )
    {
        MatrixImageOutcome outcome = new(image, cells);
        if (cells.Any(cell => cell.Image is null) || cells.Count < image.Platforms.Count)
            return outcome;
        try
        {
            return outcome with
            {
                Outputs = await forge
                    .ExportAsync([.. cells.Select(cell => cell.Image!)], outputs[image], cancellationToken)
                    .ConfigureAwait(false),
            };
        }
        catch (NodeForgeException failure) when (!cancellationToken.IsCancellationRequested)
        {
            return outcome with { Problems = failure.Diagnostics };
        }
    }

    public void Dispose() => cache.Dispose();
}
