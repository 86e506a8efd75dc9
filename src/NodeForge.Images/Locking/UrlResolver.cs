using System.Security.Cryptography;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>Downloads a file whose digest nobody knows yet, into the store, so that fetching finds it there.</summary>
internal sealed class UrlResolver(
    HttpConnections connections,
    BlobStore store,
    SourceMirrors mirrors,
    FetchOptions options,
    TimeProvider time,
    IForgeReporter reporter
)
{
    private const long LengthUnknown = -1;
    private readonly PublishedHashes checksumFiles = new(connections, mirrors, options);

    /// <summary>Asks the mirrors in their order, then the address itself; which of them gave it is not written into the lock.</summary>
    /// <param name="name">What the recipe calls it.</param>
    /// <param name="url">Where it is.</param>
    /// <param name="checksums">Where its checksum file is; null looks for one beside it, which may be missing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">An NF30xx error, one diagnostic for each place; <see cref="ErrorCodes.ChecksumFileDisagrees"/>,
    /// <see cref="ErrorCodes.ChecksumMissing"/>,
    /// <see cref="ErrorCodes.InvalidAddress"/>.</exception>
    public async Task<LockedFile> ResolveAsync(string name, string url, string? checksums, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidAddress, $"{name} cannot be fetched from this address")
                {
                    Where = new(url),
                    Hint = "write an absolute http:// or https:// address",
                }
            );
        using ForgeStep step = reporter.Step($"fetch {name}");
        PublishedHash? named = checksums is null
            ? null
            : await checksumFiles
                .NamedAsync(name, checksums, Path.GetFileName(address.AbsolutePath), cancellationToken)
                .ConfigureAwait(false);
        List<NodeForgeException> failures = [];
        foreach (string place in mirrors.UrlsOf(url))
        {
            try
            {
                LockedFile file = await ResolveAsync(name, new Uri(place), named, step, cancellationToken).ConfigureAwait(false) with
                {
                    Url = url,
                };
                step.Finish(ByteCount.Show(file.Size));
                return file;
            }
            catch (NodeForgeException failure) when (failure.ExitCode == ExitCode.Network)
            {
                failures.Add(failure);
            }
        }

        throw failures.Count == 1
            ? failures[0]
            : new NodeForgeException([.. failures.SelectMany(failure => failure.Diagnostics)], failures[^1]);
    }

    private async Task<LockedFile> ResolveAsync(
        string name,
        Uri address,
        PublishedHash? named,
        ForgeStep step,
        CancellationToken cancellationToken
    )
    {
        PublishedHash? published = named ?? await checksumFiles.BesideAsync(address, cancellationToken).ConfigureAwait(false);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await DownloadAsync(name, address, published, step, cancellationToken).ConfigureAwait(false);
            }
            catch (TransferFailure failure) when (!failure.Permanent && attempt < options.Attempts)
            {
                await Task.Delay(failure.RetryAfter ?? Pauses.Before(options.FirstPause, attempt), time, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (TransferFailure failure)
            {
                throw new NodeForgeException(
                    failure.Diagnostic with
                    {
                        What = attempt > 1 ? $"{failure.Diagnostic.What} (gave up after {attempt} attempts)" : failure.Diagnostic.What,
                    },
                    failure
                );
            }
        }
    }

    private async Task<LockedFile> DownloadAsync(
        string name,
        Uri address,
        PublishedHash? published,
        ForgeStep step,
        CancellationToken cancellationToken
    )
    {
        Source source = new(name, default, LengthUnknown);
        HttpOrigin origin = new(connections, new HttpFailures(connections, time), options, source, address);
        using OpenedContent content = await origin.OpenAsync(0, null, cancellationToken).ConfigureAwait(false);
        if (content.Total > options.LongestUnknown)
            throw TooLong(name, origin, $"{content.Total} bytes by the server's word");
        using Pace pace = new(options, cancellationToken);
        using BlobIngest ingest = store.BeginIngest();
        using IncrementalHash? long512 = published is { Hash.Length: 128 } ? IncrementalHash.CreateHash(HashAlgorithmName.SHA512) : null;
        byte[] buffer = new byte[1 << 17];
        try
        {
            for (
                int read;
                (read = await content.Stream.ReadAsync(buffer, pace.Token).ConfigureAwait(false)) > 0;
                pace.Advance(read), step.Advance(read)
            )
            {
                if (ingest.Length == 0)
                    WebPage.Refuse(source, origin.Address, content.ContentType, buffer.AsSpan(0, read));
                if (ingest.Length + read > options.LongestUnknown)
                    throw TooLong(name, origin, $"more than {options.LongestUnknown} bytes");
                ingest.Write(buffer.AsSpan(0, read));
                long512?.AppendData(buffer, 0, read);
            }
        }
        catch (OperationCanceledException) when (pace.Stalled)
        {
            throw HttpFailures.Stalled(source, origin.Address, ingest.Length, options);
        }
        catch (IOException failure)
        {
            throw HttpFailures.Broken(source, origin.Address, ingest.Length, failure);
        }

        return Commit(name, ingest, long512, published);
    }

    // Nothing else says how long a file may be that nobody has seen yet.
    private TransferFailure TooLong(string name, HttpOrigin origin, string got) =>
        new(
            new Diagnostic(ErrorCodes.DownloadTooLong, $"{name} is longer than anything that is locked")
            {
                Where = new(origin.Address),
                Got = got,
                Want = $"at most {ByteCount.Show(options.LongestUnknown)}",
                Hint = ErrorCodes.DownloadTooLong.Remedy,
            }
        )
        {
            Permanent = true,
        };

    private static LockedFile Commit(string name, BlobIngest ingest, IncrementalHash? long512, PublishedHash? published)
    {
        if (long512 is not null)
            Compare(name, published!, Convert.ToHexStringLower(long512.GetHashAndReset()));
        else if (published is { } told)
            return CommitAs(name, ingest, told);
        Descriptor blob = ingest.Commit();
        return new(name, blob.Digest, blob.Size);
    }

    private static LockedFile CommitAs(string name, BlobIngest ingest, PublishedHash told)
    {
        try
        {
            Descriptor blob = ingest.Commit(Digest.Parse("sha256:" + told.Hash));
            return new(name, blob.Digest, blob.Size);
        }
        catch (NodeForgeException mismatch) when (mismatch.Is(ErrorCodes.DigestMismatch))
        {
            throw Disagrees(name, told, mismatch.Diagnostics[0].Got);
        }
    }

    private static void Compare(string name, PublishedHash told, string got)
    {
        if (told.Hash != got)
            throw Disagrees(name, told, got);
    }

    private static NodeForgeException Disagrees(string name, PublishedHash told, string? got) =>
        new(
            new Diagnostic(ErrorCodes.ChecksumFileDisagrees, $"{name} is not what its checksum file says")
            {
                Where = new(told.Address),
                Got = got,
                Want = told.Hash,
                Hint = "run again; if it stays so, distrust the server",
            }
        );
}
