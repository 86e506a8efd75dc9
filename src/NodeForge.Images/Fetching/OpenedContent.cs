namespace NodeForge.Images.Fetching;

/// <summary>Where bytes come from: one mirror, one registry.</summary>
internal interface IContentOrigin
{
    /// <summary>The address, for people and for the sidecar of a partial file.</summary>
    string Address { get; }

    /// <summary>Asks for the bytes from an offset on.</summary>
    /// <param name="from">How much is there already.</param>
    /// <param name="marks">What is known of the file that those bytes are of.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <exception cref="TransferFailure">The server does not give them.</exception>
    Task<OpenedContent> OpenAsync(long from, PartialMarks? marks, CancellationToken cancellationToken);
}

/// <summary>An answer whose body is still to be read.</summary>
/// <param name="Stream">The body.</param>
/// <param name="StartsAt">The offset of its first byte in the file.</param>
/// <param name="Marks">What to remember for a later resumption.</param>
/// <param name="Answer">What the stream belongs to.</param>
internal sealed record OpenedContent(Stream Stream, long StartsAt, PartialMarks Marks, IDisposable Answer) : IDisposable
{
    /// <summary>Bytes of the whole file, where the server says it.</summary>
    public long? Total { get; init; }

    public string? ContentType { get; init; }

    public void Dispose()
    {
        Stream.Dispose();
        Answer.Dispose();
    }
}

/// <summary>The sidecar of a partial file: which file its bytes are of.</summary>
/// <param name="Url">The address that they came from.</param>
/// <param name="ETag">The strong entity tag, with its quotes; weak ones say nothing about bytes (RFC 9110 section 8.8.3).</param>
/// <param name="LastModified">As sent.</param>
internal sealed record PartialMarks(string Url, string? ETag, string? LastModified);
