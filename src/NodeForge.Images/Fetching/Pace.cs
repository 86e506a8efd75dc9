namespace NodeForge.Images.Fetching;

/// <summary>Ends an exchange that makes no progress, and only such a one.</summary>
internal sealed class Pace : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly CancellationToken outer;
    private readonly TimeSpan limit;
    private readonly int least;
    private int since;

    public Pace(FetchOptions options, CancellationToken outer)
    {
        this.outer = outer;
        limit = options.StallTimeout;
        least = options.LeastProgress;
        source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        source.CancelAfter(limit);
    }

    public CancellationToken Token => source.Token;

    /// <summary>The time is over, and it was not the caller who ended it.</summary>
    public bool Stalled => source.IsCancellationRequested && !outer.IsCancellationRequested;

    /// <summary>Bytes came; enough of them buy time.</summary>
    public void Advance(int bytes)
    {
        since += bytes;
        if (since < least)
            return;
        since = 0;
        source.CancelAfter(limit);
    }

    /// <summary>The answer began: the time counts from here.</summary>
    public void Begin()
    {
        since = 0;
        source.CancelAfter(limit);
    }

    public void Dispose() => source.Dispose();
}
