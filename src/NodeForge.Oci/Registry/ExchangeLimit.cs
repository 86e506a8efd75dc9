namespace NodeForge.Oci.Registry;

/// <summary>Ends an exchange in which nothing moves.</summary>
internal sealed class ExchangeLimit : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly CancellationToken outer;

    /// <param name="limit">From now on, until <see cref="Restart"/>.</param>
    /// <param name="outer">The caller's.</param>
    public ExchangeLimit(TimeSpan limit, CancellationToken outer)
    {
        this.outer = outer;
        source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        source.CancelAfter(limit);
    }

    public CancellationToken Token => source.Token;

    /// <summary>The time is over, and it was not the caller who ended it.</summary>
    public bool Expired => source.IsCancellationRequested && !outer.IsCancellationRequested;

    /// <summary>Something moved.</summary>
    public void Restart(TimeSpan limit) => source.CancelAfter(limit);

    public void Dispose() => source.Dispose();
}
