namespace NodeForge.Images;

/// <summary>Work on a cache that may be damaged: what is found wrong is removed, told, and made or fetched again by doing the work once
/// more.</summary>
/// <remarks>Steps are keyed by their inputs, so the second time does little but what was lost. A blob that is damaged twice ends it
/// (<see cref="ErrorCodes.CacheUnreliable"/>).</remarks>
public static class CacheRepair
{
    /// <param name="environment">Its store is the cache.</param>
    /// <param name="work">Can be done again.</param>
    public static async Task<T> RunAsync<T>(BuildEnvironment environment, Func<Task<T>> work)
    {
        while (true)
        {
            IReadOnlyCollection<Diagnostic> before = environment.Store.Cache?.Removed ?? [];
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (NodeForgeException) when (environment.Store.Cache?.Removed.Count > before.Count)
            {
                // Whatever the failure calls itself by now, lost content is behind it: the next round shows.
            }
            finally
            {
                environment.Store.Cache?.Keep();
                foreach (Diagnostic damaged in (environment.Store.Cache?.Removed ?? []).Except(before))
                    environment.Reporter.Warn(damaged with { Hint = "it is made or fetched again" });
            }
        }
    }
}
