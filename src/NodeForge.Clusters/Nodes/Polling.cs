using System.Diagnostics;

namespace NodeForge.Clusters.Nodes;

/// <summary>Asks again until something is so.</summary>
internal static class Polling
{
    /// <returns>False when the time ran out. Measured by the monotonic clock: the wall clock may jump.</returns>
    public static async Task<bool> UntilAsync(TimeSpan every, TimeSpan atMost, Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!await holds().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(begun) > atMost)
                return false;
            await Task.Delay(every, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
