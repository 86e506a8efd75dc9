using System.Text;
using NodeForge.Files;
using NodeForge.Images.Exporting;
using NodeForge.Images.Planning;
using NodeForge.Matrices;
using NodeForge.Matrices.Emission;
using NodeForge.Matrices.Locking;
using NodeForge.Matrices.Planning;
using NodeForge.Matrices.Reading;
using NodeForge.Oci.Content;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>Many images out of one file: locked together, planned together, built side by side.</summary>
public sealed class MatrixProvider
{
    private readonly Forge forge;
    private readonly ForgeOptions options;
    private readonly IForgeReporter reporter;

    internal MatrixProvider(Forge forge, ForgeOptions options, IForgeReporter reporter)
    {
        this.forge = forge;
        this.options = options;
        this.reporter = reporter;
    }

    /// <summary>file → matrix with its recipes, every problem at once.</summary>
    public Matrix Read(string file) => MatrixReader.Read(options.Host.Resolve(file));

    /// <summary>matrix → a lock for each image, what images share locked once. Networked.</summary>
    /// <exception cref="NodeForgeException">When checking: <see cref="ErrorCodes.LockMoved"/>, one for each change; <see
    /// cref="ErrorCodes.LockMissing"/>.</exception>
    public async Task<MatrixLockOutcome> LockAsync(MatrixLockRequest request, CancellationToken cancellationToken)
    {
        Matrix matrix = Read(request.File);
        JointLock joint = new(request.Renew ? [] : Existing(matrix, request.Check), options.SourceDateEpoch);
        foreach (MatrixImage image in matrix.Images)
            joint.Add(
                image,
                await forge
                    .Locking.ResolveAsync(image.Recipe, joint.PreviousOf(image), [], image.Platforms, cancellationToken)
                    .ConfigureAwait(false)
            );
        LockOutcome[] outcomes = [.. joint.Finish().Select(each => Outcome(matrix, each.Image, each.Before, each.Lock))];
        if (request.Check)
            RefuseMoved(matrix, outcomes);
        else
            Write(matrix, outcomes);
        return new(outcomes);
    }

    /// <summary>matrix + locks → what is made once for several cells, and what each cell adds.</summary>
    public async Task<MatrixPlan> PlanAsync(string file, CancellationToken cancellationToken)
    {
        Matrix matrix = Read(file);
        return MatrixPlan.Of(
            matrix.Name,
            [
                .. (await PlanAllAsync(matrix, matrix.Images, cancellationToken).ConfigureAwait(false)).SelectMany(planned =>
                    planned.Value.Plans.Select(plan => (new MatrixCell(planned.Key, plan.Platform), plan))
                ),
            ]
        );
    }

    /// <summary>matrix + locks → images, cells side by side; what fails of one does not end the others. Networked for sources, registries
    /// and caches.</summary>
    /// <exception cref="NodeForgeException">What is known before the first cell is begun; of a cell its outcome tells.</exception>
    public async Task<MatrixOutcome> BuildAsync(MatrixBuildRequest request, CancellationToken cancellationToken)
    {
        Matrix matrix = Read(request.File);
        IReadOnlyList<MatrixCell> cells = MatrixCells.Chosen(matrix, request.Cells);
        MatrixImage[] images = [.. cells.Select(cell => cell.Image).Distinct()];
        Dictionary<MatrixImage, ImageOutputs> outputs = images.ToDictionary(image => image, image => OutputsOf(matrix, image, request));
        IReadOnlyDictionary<MatrixImage, PlannedRecipe> planned = await PlanAllAsync(matrix, images, cancellationToken)
            .ConfigureAwait(false);
        using MatrixBuild build = new(forge, reporter, options, request, planned, outputs);
        return await build.RunAsync(cells, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>matrix + locks → Jobs that build it in a cluster, in a folder of their own.</summary>
    /// <returns>What was written.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.MatrixNotPortable"/>; what is wrong with a lock.</exception>
    public async Task<IReadOnlyList<string>> EmitAsync(
        string file,
        ClusterTarget target,
        string folder,
        CancellationToken cancellationToken
    )
    {
        Matrix matrix = Read(file);
        await PlanAllAsync(matrix, matrix.Images, cancellationToken).ConfigureAwait(false);
        string root = options.Host.Resolve(folder);
        List<string> written = [];
        foreach ((string name, string text) in KubernetesManifests.Write(matrix, target))
        {
            written.Add(Path.Combine(root, name));
            AtomicFile.WriteAllBytes(written[^1], Encoding.UTF8.GetBytes(text));
        }

        return written;
    }

    /// <summary>matrix + what a cluster says of its Jobs → how far they are.</summary>
    /// <param name="file">The matrix.</param>
    /// <param name="jobs">A file, or a pipe, with a list of Jobs.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.MatrixJobsUnreadable"/>, <see
    /// cref="ErrorCodes.MatrixJobsMissing"/>.</exception>
    public async Task<MatrixStatus> StatusAsync(string file, string jobs, CancellationToken cancellationToken)
    {
        Matrix matrix = Read(file);
        string path = options.Host.Resolve(jobs);
        try
        {
            return MatrixStatus.Read(
                matrix,
                await PipeOrFile.ReadAsync(path, MatrixStatus.MostBytes, cancellationToken).ConfigureAwait(false)
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(path, failure);
        }
    }

    // All that is wrong with any lock, before anything is built.
    private async Task<IReadOnlyDictionary<MatrixImage, PlannedRecipe>> PlanAllAsync(
        Matrix matrix,
        IReadOnlyList<MatrixImage> images,
        CancellationToken cancellationToken
    )
    {
        Dictionary<MatrixImage, PlannedRecipe> planned = [];
        List<Diagnostic> problems = [];
        foreach (MatrixImage image in images)
        {
            try
            {
                planned[image] = await forge
                    .Steps.PlanAsync(image.Recipe, RequestOf(matrix, image), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (NodeForgeException wrong)
            {
                problems.AddRange(wrong.Diagnostics.Select(problem => Explained(matrix, problem)));
            }
        }

        return problems.Count == 0 ? planned : throw new NodeForgeException(problems);
    }

    private static RecipeRequest RequestOf(Matrix matrix, MatrixImage image) =>
        new(image.Recipe.File, matrix.LockPathOf(image), image.Parameters, [.. image.Platforms.Select(platform => platform.ToString())]);

    // A lock of a matrix is made by another command than one recipe's.
    private static Diagnostic Explained(Matrix matrix, Diagnostic problem) =>
        problem.Code == ErrorCodes.LockMissing || problem.Code == ErrorCodes.LockStale || problem.Code == ErrorCodes.LockIncomplete
            ? problem with
            {
                Hint = $"run nodeforge matrix lock {matrix.File}",
            }
            : problem;

    private static ImageOutputs OutputsOf(Matrix matrix, MatrixImage image, MatrixBuildRequest request) =>
        ImageOutputs.Parse(
            Matrix.OutputsOf(image, request.Outputs.Count > 0 ? request.Outputs : matrix.Outputs),
            "nodeforge/" + image.Name,
            request.Compression,
            request.Offline
        );

    private static IEnumerable<(MatrixImage, RecipeLock)> Existing(Matrix matrix, bool required) =>
        matrix
            .Images.Where(image => required || File.Exists(matrix.LockPathOf(image)))
            .Select(image => (image, RecipeLockFile.Read(matrix.LockPathOf(image), matrix.File)));

    private static LockOutcome Outcome(Matrix matrix, MatrixImage image, RecipeLock? before, RecipeLock locked) =>
        new(matrix.LockPathOf(image), before is null ? null : LockDifference.Between(before, locked), locked);

    private static void RefuseMoved(Matrix matrix, IEnumerable<LockOutcome> outcomes)
    {
        List<Diagnostic> moved = [];
        foreach (LockOutcome outcome in outcomes)
        {
            try
            {
                outcome.Difference?.RefuseAny(outcome.Path, matrix.File);
            }
            catch (NodeForgeException refused)
            {
                moved.AddRange(refused.Diagnostics);
            }
        }

        if (moved.Count > 0)
            throw new NodeForgeException([
                .. moved.Select(change => change with { Hint = $"accept it with nodeforge matrix lock {matrix.File}" }),
            ]);
    }

    // Locks of images that the matrix has no longer would be kept by everybody who keeps what is locked.
    private static void Write(Matrix matrix, IReadOnlyList<LockOutcome> outcomes)
    {
        Directory.CreateDirectory(matrix.LockFolder);
        foreach (LockOutcome outcome in outcomes)
            RecipeLockFile.Write(outcome.Path, outcome.Lock);
        foreach (
            string stray in Directory.EnumerateFiles(matrix.LockFolder, "*.lock.json").Except(outcomes.Select(outcome => outcome.Path))
        )
            File.Delete(stray);
    }
}
