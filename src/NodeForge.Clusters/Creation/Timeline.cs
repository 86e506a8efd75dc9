using System.Collections.Concurrent;
using System.Diagnostics;

namespace NodeForge.Clusters.Creation;

/// <summary>Runs the actions of a creation, some side by side: when one fails the others are told to stop, and all are waited
/// for.</summary>
/// <remarks>Without the wait a container that is just being made would appear after everything was removed.</remarks>
internal sealed class Timeline(IForgeReporter reporter, CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly ConcurrentBag<Task> running = [];
    private readonly ConcurrentBag<TimelineEntry> entries = [];
    private readonly long begun = Stopwatch.GetTimestamp();
    private Exception? first;

    public IReadOnlyList<TimelineEntry> Entries => [.. entries.OrderBy(entry => entry.Started)];

    /// <summary>Starts an action at once.</summary>
    public Task<T> Start<T>(string title, Func<CancellationToken, Task<T>> action)
    {
        Task<T> task = Task.Run(() => RunAsync(title, action));
        running.Add(task);
        return task;
    }

    public Task Start(string title, Func<CancellationToken, Task> action) =>
        Start(
            title,
            async token =>
            {
                await action(token).ConfigureAwait(false);
                return true;
            }
        );

    public void Warn(Diagnostic warning) => reporter.Warn(warning);

    /// <summary>Waits for every action, however it ends.</summary>
    /// <returns>What failed first; null when nothing did.</returns>
    public async Task<Exception?> SettleAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        foreach (Task task in running)
            await task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
                .ConfigureAwait(false);
        return first;
    }

    public void Dispose() => stopping.Dispose();

    private async Task<T> RunAsync<T>(string title, Func<CancellationToken, Task<T>> action)
    {
        TimeSpan started = Stopwatch.GetElapsedTime(begun);
        using ForgeStep step = reporter.Step(title);
        try
        {
            stopping.Token.ThrowIfCancellationRequested();
            T result = await action(stopping.Token).ConfigureAwait(false);
            step.Finish();
            return result;
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref first, failure, null);
            await stopping.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            entries.Add(new(title, started, Stopwatch.GetElapsedTime(begun) - started));
        }
    }
}
