using System.Globalization;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>After work on nodes failed: saves what explains it, names a node's death if there was one, and takes away what was
/// made.</summary>
internal sealed class FailedNodes(EngineClient engine, IForgeReporter reporter, TimeProvider clock, FailureScope scope)
{
    private static readonly TimeSpan CollectAtMost = TimeSpan.FromSeconds(20);

    // What these tell is an effect; its cause stands in a log.
    private static readonly ErrorCode[] Explained =
    [
        ErrorCodes.ApiServerTimeout,
        ErrorCodes.NodesNotReady,
        ErrorCodes.NodeBootTimeout,
        ErrorCodes.NodeProgramFailed,
    ];

    /// <summary>Whether what was made is gone.</summary>
    public bool LeftNothing { get; private set; }

    /// <returns>What to throw.</returns>
    public async Task<Exception> ExplainAsync(Exception cause, CancellationToken cancelled)
    {
        // The user's Ctrl-C must not stop the clean-up that it asks for.
        using CancellationTokenSource limit = new(scope.CleanUpAtMost, clock);
        NodeForgeException? known = cause as NodeForgeException;
        if (known is not null && PortHolder.Named(known) is not null)
            known = await PortHolder.ExplainAsync(engine, known, limit.Token).ConfigureAwait(false);
        List<Diagnostic> problems = known is null ? [] : [.. known.Diagnostics];
        await TryAsync(
                "the diagnostics of the nodes could not be saved whole",
                async () =>
                {
                    // A node that could not be started because its port was taken has nothing to say about it.
                    if (!cancelled.IsCancellationRequested && (known is null || PortHolder.Named(known) is null))
                        problems = await CollectAsync(problems, limit.Token).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        await TryAsync(
                "the clean-up after the failure failed too",
                async () =>
                {
                    if (scope.CleanUp is null)
                        return;
                    await scope.CleanUp(limit.Token).ConfigureAwait(false);
                    LeftNothing = true;
                }
            )
            .ConfigureAwait(false);
        return cancelled.IsCancellationRequested ? new OperationCanceledException(cause.Message, cause, cancelled)
            : problems.Count > 0 ? new NodeForgeException(problems, cause)
            : cause;
    }

    private async Task TryAsync(string what, Func<Task> part)
    {
        try
        {
            await part().ConfigureAwait(false);
        }
        catch (Exception second)
            when (second is NodeForgeException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            reporter.Warn(
                new(ErrorCodes.ClusterLeftovers, what)
                {
                    Where = new(scope.Subject),
                    Got = second.Message,
                    Hint = scope.Removal,
                }
            );
        }
    }

    private async Task<List<Diagnostic>> CollectAsync(List<Diagnostic> problems, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await scope.FindContainers(cancellationToken).ConfigureAwait(false);
        if (containers.Count == 0)
            return problems;
        string time = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string folder = Path.Combine(scope.DiagnosticsFolder ?? "/tmp/nodeforge-diagnostics", $"{scope.Subject}-{time}");
        List<Diagnostic> deaths = [];
        List<Diagnostic> full = [];
        // Those of another name than we give were not made by us, whatever their labels say.
        foreach (ContainerSummary container in containers.Where(container => LogExport.IsFolderName(container.Name)))
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(CollectAtMost);
            string saved = Path.Combine(folder, container.Name);
            if (await NodeDiagnostics.SaveAsync(engine, container, saved, patience.Token).ConfigureAwait(false) is { } death)
                deaths.Add(death);
            if (FullDisk.Find(saved, container.Name) is { } disk)
                full.Add(disk);
        }

        // A full disk explains a node's death, and that explains whatever failed because of it.
        IEnumerable<Diagnostic> others = problems.Where(problem =>
            (deaths.Count == 0 || problem.Code != ErrorCodes.NodeDied)
            && !full.Any(disk => disk.Code == problem.Code && disk.Where == problem.Where)
        );
        string said = string.Join(" / ", TellingLines.Of(folder));
        return
        [
            .. full.Concat(deaths)
                .Concat(others.Select(problem => Explain(problem, said)))
                .Select(problem => problem with { Hint = problem.Hint is null ? $"logs: {folder}" : $"{problem.Hint}; logs: {folder}" }),
        ];
    }

    private static Diagnostic Explain(Diagnostic problem, string said) =>
        said.Length == 0 || !Explained.Contains(problem.Code)
            ? problem
            : problem with
            {
                Got = problem.Got is null ? said : $"{problem.Got}; {said}",
            };
}

/// <summary>How far a failure reaches.</summary>
/// <param name="Subject">The cluster or the node, by which messages and the folder of the diagnostics are named.</param>
/// <param name="Removal">The command that removes what is left.</param>
internal sealed record FailureScope(string Subject, string Removal)
{
    /// <summary>The containers that have something to say.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<ContainerSummary>>> FindContainers { get; init; }

    /// <summary>Takes away what was made; null keeps it.</summary>
    public Func<CancellationToken, Task>? CleanUp { get; init; }

    /// <summary>For saving and taking away together.</summary>
    public TimeSpan CleanUpAtMost { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where diagnostics go, a folder each; null for one in <c>/tmp</c>.</summary>
    public string? DiagnosticsFolder { get; init; }
}
