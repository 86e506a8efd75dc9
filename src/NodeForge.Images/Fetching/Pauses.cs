using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace NodeForge.Images.Fetching;

/// <summary>How long to leave a mirror alone.</summary>
internal static class Pauses
{
    /// <summary>A server that asks for more than this is treated as one that fails.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private const int Fine = 1 << 20;

    /// <summary>The pause before the next attempt: doubled each time, and between a half and all of it, so that many clients do not come
    /// back together.</summary>
    /// <param name="first">The pause after the first failure.</param>
    /// <param name="failures">How often the mirror failed, from 1.</param>
    public static TimeSpan Before(TimeSpan first, int failures)
    {
        double whole = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 20)), Longest.TotalMilliseconds);
        double part = 0.5 + (RandomNumberGenerator.GetInt32(Fine + 1) / (2.0 * Fine));
        return TimeSpan.FromMilliseconds(whole * part);
    }

    /// <summary>Retry-After in seconds or as a date (RFC 9110 section 10.2.3), at least 0 and at most <see cref="LongestRetryAfter"/>; null
    /// when it is absent.</summary>
    public static TimeSpan? Asked(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        TimeSpan? asked = header?.Delta ?? header?.Date - now;
        if (asked is not { } time)
            return null;
        return time < TimeSpan.Zero ? TimeSpan.Zero
            : time > LongestRetryAfter ? LongestRetryAfter
            : time;
    }
}
