namespace NodeForge.Files;

/// <summary>Reads what may be a pipe, as a shell's <c>&lt;(...)</c> gives. open(2) of one that nobody writes to waits for ever and cannot
/// be called off: who is cancelled leaves the reading behind.</summary>
public static class PipeOrFile
{
    /// <param name="read">Opens and reads; runs on a thread of its own.</param>
    /// <param name="cancellationToken">Ends the waiting, not the reading.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before there was anything to read.</exception>
    public static Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken) =>
        Task.Run(read, CancellationToken.None).WaitAsync(cancellationToken);

    /// <summary>The bytes of a file or pipe; of one that has more than it may, some bytes more than that.</summary>
    /// <param name="path">The file or pipe.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <param name="cancellationToken">Ends the waiting, not the reading.</param>
    /// <exception cref="IOException">It cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before the end.</exception>
    public static Task<byte[]> ReadAsync(string path, int most, CancellationToken cancellationToken) =>
        ReadAsync(() => Read(path, most), cancellationToken);

    private static byte[] Read(string path, int most)
    {
        using FileStream file = File.OpenRead(path);
        using MemoryStream all = new();
        byte[] part = new byte[64 << 10];
        while (all.Length <= most && file.Read(part) is > 0 and int length)
            all.Write(part, 0, length);
        return all.ToArray();
    }
}
