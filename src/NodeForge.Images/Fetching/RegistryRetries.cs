using System.Globalization;
using NodeForge.Oci.Registry;

namespace NodeForge.Images.Fetching;

/// <summary>Asks a registry again after a failure that may pass: a broken connection, silence, 408, 429, 5xx.</summary>
public static class RegistryRetries
{
    /// <param name="ask">One attempt.</param>
    /// <param name="options">How often, and the first pause; a Retry-After up to <see cref="Pauses.LongestRetryAfter"/> goes before
    /// it.</param>
    /// <param name="time">For the pauses.</param>
    /// <param name="cancellationToken">Ends the pauses.</param>
    /// <exception cref="NodeForgeException">That of the last attempt, with their number.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> ask, FetchOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? asked;
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (NodeForgeException failure) when (attempt < options.Attempts && RegistryFailure.Of(failure) is { Transient: true })
            {
                asked = RegistryFailure.Of(failure)!.RetryAfter;
            }
            catch (NodeForgeException failure) when (attempt > 1)
            {
                string times = string.Create(CultureInfo.InvariantCulture, $" (gave up after {attempt} attempts)");
                throw new NodeForgeException([.. failure.Diagnostics.Select(told => told with { What = told.What + times })], failure);
            }

            TimeSpan pause = asked is { } told
                ? (told < Pauses.LongestRetryAfter ? told : Pauses.LongestRetryAfter)
                : Pauses.Before(options.FirstPause, attempt);
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
