using System.Diagnostics;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>What has to become so, and when at the latest.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks until the answer is the one expected; the last other answer, or the last failure, is told.</summary>
    public static async Task EqualAsync(string expected, TimeSpan within, Func<Task<string>> ask)
    {
        long begun = Stopwatch.GetTimestamp();
        string last;
        do
        {
            last = await AnswerAsync(ask);
            if (last == expected)
                return;
            await Task.Delay(Every);
        } while (Stopwatch.GetElapsedTime(begun) < within);
        Assert.Fail($"after {within.TotalSeconds:F0} s: wanted\n{expected}\nand got\n{last}");
    }

    public static Task TrueAsync(TimeSpan within, Func<Task<bool>> ask) =>
        EqualAsync("yes", within, async () => await ask() ? "yes" : "no");

    private static async Task<string> AnswerAsync(Func<Task<string>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception failure)
            when (failure
                    is HttpRequestException
                        or IOException
                        or OperationCanceledException
                        or NodeForgeException
                        or Xunit.Sdk.XunitException
            )
        {
            return failure.Message;
        }
    }
}
