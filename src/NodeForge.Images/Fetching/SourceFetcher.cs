using System.Collections.Concurrent;
using System.Globalization;
using NodeForge.Oci;
using NodeForge.Oci.Registry;

namespace NodeForge.Images.Fetching;

/// <summary>Brings sources into a blob store: by digest, in parallel, from where an earlier run was cut off.</summary>
/// <param name="connections">The client for http and https.</param>
/// <param name="registry">Serves the blobs of images; null where no source is one.</param>
/// <param name="time">For pauses and for Retry-After dates.</param>
public sealed class SourceFetcher(HttpConnections connections, RegistryClient? registry, TimeProvider time)
{
    /// <summary>Fetches what the store does not have.</summary>
    /// <exception cref="NodeForgeException">
    /// <see cref="ErrorCodes.OfflineSourceMissing"/>, one for each missing source; <see cref="ErrorCodes.LockedPackageGone"/>,
    /// <see cref="ErrorCodes.SourceGone"/>,
    /// <see cref="ErrorCodes.DownloadDigestMismatch"/> and <see cref="ErrorCodes.PageInsteadOfFile"/> for every source that they befell;
    /// any other NF30xx,
    /// <see cref="ErrorCodes.DiskFull"/> or <see cref="ErrorCodes.PathNotUsable"/> at the first one. What arrived is in the store, or
    /// partly in its <c>partial</c> folder.
    /// </exception>
    public async Task<FetchResult> FetchAsync(
        IReadOnlyList<Source> sources,
        BlobStore store,
        FetchOptions options,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        Source[] wanted = [.. sources.DistinctBy(source => source.Digest)];
        Source[] missing = [.. wanted.Where(source => !store.Contains(source.Digest))];
        if (missing.Length == 0)
            return new(0, 0, wanted.Length);
        if (options.Offline)
            throw Offline(missing);
        FreeSpace.Check(missing, store);
        Tally tally = new();
        using ForgeStep step = reporter.Step(
            missing.Length == 1
                ? $"fetch {missing[0].Name}"
                : string.Create(CultureInfo.InvariantCulture, $"fetch {missing.Length} sources"),
            missing.Sum(source => source.Size)
        );
        await FetchAllAsync(missing, store, options, reporter, step, tally, cancellationToken).ConfigureAwait(false);
        step.Finish(ByteCount.Show(tally.Bytes));
        return new(tally.Count, tally.Bytes, wanted.Length - tally.Count);
    }

    private static NodeForgeException Offline(Source[] missing) =>
        new([
            .. missing.Select(source => new Diagnostic(
                ErrorCodes.OfflineSourceMissing,
                $"{source.Name} is not in the store, and --offline forbids to fetch it"
            )
            {
                Where = new(PlaceOf(source), Detail: source.Digest.ToString()),
                Want = string.Create(CultureInfo.InvariantCulture, $"{source.Size} bytes"),
                Hint = "run 'nodeforge fetch RECIPE' with the same cache where there is a network",
            }),
        ]);

    private static string PlaceOf(Source source)
    {
        try
        {
            return source.Image?.Reference ?? source.Urls.FirstOrDefault() ?? source.Name;
        }
        catch (NodeForgeException nowhere) when (nowhere.Is(ErrorCodes.DebianMirrorUnknown) || nowhere.Is(ErrorCodes.SnapshotMirrorUnknown))
        {
            return source.Name;
        }
    }

    private async Task FetchAllAsync(
        Source[] missing,
        BlobStore store,
        FetchOptions options,
        IForgeReporter reporter,
        ForgeStep whole,
        Tally tally,
        CancellationToken cancellationToken
    )
    {
        ConcurrentDictionary<Source, NodeForgeException> failures = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = stop.Token };
        try
        {
            await Parallel
                .ForEachAsync(
                    missing,
                    parallel,
                    async (source, cancel) =>
                    {
                        try
                        {
                            tally.Add(await FetchOneAsync(source, store, options, reporter, cancel).ConfigureAwait(false));
                            whole.Advance(source.Size);
                        }
                        catch (NodeForgeException failure)
                        {
                            failures[source] = failure;
                            if (!ConcernsOneSource(failure))
                                await stop.CancelAsync().ConfigureAwait(false);
                        }
                    }
                )
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!failures.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            // Ended by the failure that is told below.
        }

        if (!failures.IsEmpty)
            throw new NodeForgeException(
                [.. missing.Where(failures.ContainsKey).SelectMany(source => failures[source].Diagnostics)],
                failures.Values.First()
            );
    }

    // These say nothing about the next source: the reader gets all of them at once. After any other the rest would fail the same way.
    private static bool ConcernsOneSource(NodeForgeException failure) =>
        failure.Diagnostics.All(diagnostic =>
            diagnostic.Code == ErrorCodes.LockedPackageGone
            || diagnostic.Code == ErrorCodes.SourceGone
            || diagnostic.Code == ErrorCodes.DownloadDigestMismatch
            || diagnostic.Code == ErrorCodes.PageInsteadOfFile
        );

    /// <returns>The bytes of the source; 0 when another process had fetched it meanwhile.</returns>
    private async Task<long?> FetchOneAsync(
        Source source,
        BlobStore store,
        FetchOptions options,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        string path = Path.Combine(PartialFile.FolderOf(store, source.Digest), source.Digest.Hex + ".lock");
        using DigestLock mine = await DigestLock
            .TakeAsync(path, options.QuietWait, time, holder => reporter.Warn(Waiting(source, holder)), cancellationToken)
            .ConfigureAwait(false);
        if (store.Contains(source.Digest))
        {
            mine.RemoveWhenReleased();
            return null;
        }

        using ForgeStep step = reporter.PartStep(source.Name, source.Size);
        using PartialFile partial = PartialFile.Open(store, source.Digest);
        step.Advance(partial.Length);
        try
        {
            await new Download(Origins(source, options), options, time)
                .RunAsync(partial, new Transfer(source, partial, options, step), step, cancellationToken)
                .ConfigureAwait(false);
            partial.Publish(store, source.Digest);
        }
        catch (NodeForgeException full) when (full.Is(ErrorCodes.DiskFull))
        {
            partial.Delete();
            throw;
        }

        mine.RemoveWhenReleased();
        step.Finish(ByteCount.Show(source.Size));
        return source.Size;
    }

    private IReadOnlyList<IContentOrigin> Origins(Source source, FetchOptions options)
    {
        if (source.Image is { } image)
            return
            [
                .. image
                    .Mirrors.Append(image.Reference)
                    .Select(place => new RegistryOrigin(
                        registry ?? throw NoRegistry(source),
                        options,
                        source,
                        image with
                        {
                            Reference = place,
                        }
                    )),
            ];
        HttpFailures failures = new(connections, time);
        return [.. source.Urls.Select(url => new HttpOrigin(connections, failures, options, source, Address(source, url)))];
    }

    private static Uri Address(Source source, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? address
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidAddress, $"{source.Name} cannot be fetched from this address")
                {
                    Where = new(url),
                    Hint = "write an absolute http:// or https:// address",
                }
            );

    private static NodeForgeException NoRegistry(Source source) =>
        new(new Diagnostic(ErrorCodes.ImageRegistryMissing, $"nothing here speaks to the registry of {source.Name}"));

    private static Diagnostic Waiting(Source source, string holder) =>
        new(ErrorCodes.Busy, $"waiting for {holder}, which fetches {source.Name}");

    private sealed class Tally
    {
        private int count;
        private long bytes;

        public int Count => count;

        public long Bytes => bytes;

        public void Add(long? fetched)
        {
            if (fetched is not { } size)
                return;
            Interlocked.Increment(ref count);
            Interlocked.Add(ref bytes, size);
        }
    }
}
