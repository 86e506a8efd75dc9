namespace NodeForge.Images.Fetching;

/// <summary>How to fetch.</summary>
public sealed record FetchOptions
{
    /// <summary>Open no connection: everything must be in the store.</summary>
    public bool Offline { get; init; }

    /// <summary>Downloads at a time, 1 to 32.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>Attempts per source over all its mirrors, at least 1.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The longest time with less than <see cref="LeastProgress"/>; the total time has no limit.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that must arrive within a <see cref="StallTimeout"/>: a server that drips must not hold a build for days.</summary>
    public int LeastProgress { get; init; } = 1024;

    /// <summary>The first pause before a mirror is tried again; doubled each time up to 30 s, and shortened by up to a half at
    /// random.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most bytes of a file that is locked, whose length nothing but its server says.</summary>
    public long LongestUnknown { get; init; } = 16L << 30;

    /// <summary>How long a wait for another process stays silent.</summary>
    public TimeSpan QuietWait { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What a fetch did.</summary>
/// <param name="Fetched">Sources that were downloaded.</param>
/// <param name="Bytes">Their sizes together; of a resumed one all of it.</param>
/// <param name="Present">Sources that the store had.</param>
public sealed record FetchResult(int Fetched, long Bytes, int Present);
