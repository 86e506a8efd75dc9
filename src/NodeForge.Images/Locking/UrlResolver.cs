using System.Security.Cryptography;
using System.Text;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>Downloads a file whose digest nobody knows yet, into the store, so that fetching finds it there.</summary>
internal sealed class UrlResolver(HttpConnections connections, BlobStore store, SourceMirrors mirrors, FetchOptions options, TimeProvider time, IForgeReporter reporter)
{
    private static readonly (string Suffix, int Digits)[] Sidecars = [(".sha256", 64), (".sha256sum", 64), (".sha512", 128)];
    private const int MostOfSidecar = 64 << 10;
    private const long LengthUnknown = -1;

    /// <summary>Asks the mirrors in their order, then the address itself; which of them gave it is not written into the lock.</summary>
    /// <exception cref="NodeForgeException">An NF30xx error, one diagnostic for each place; <see cref="ErrorCodes.ChecksumFileDisagrees"/>, <see cref="ErrorCodes.InvalidAddress"/>.</exception>
    public async Task<LockedFile> ResolveAsync(string name, string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidAddress, $"{name} cannot be fetched from this address") { Where = new(url), Mend = "write an absolute http:// or https:// address" });
        using ForgeStep step = reporter.Step($"fetch {name}");
        List<NodeForgeException> failures = [];
        foreach (string place in mirrors.UrlsOf(url))
        {
            try
            {
                LockedFile file = await ResolveAsync(name, new Uri(place), step, cancellationToken).ConfigureAwait(false) with { Url = url };
                step.Finish(ByteCount.Show(file.Size));
                return file;
            }
            catch (NodeForgeException failure) when (failure.Diagnostics[0].Code.ExitCode == ExitCode.Network)
            {
                failures.Add(failure);
            }
        }

        throw failures.Count == 1 ? failures[0] : new NodeForgeException([.. failures.SelectMany(failure => failure.Diagnostics)], failures[^1]);
    }

    private async Task<LockedFile> ResolveAsync(string name, Uri address, ForgeStep step, CancellationToken cancellationToken)
    {
        (string Suffix, string Hash)? published = await SidecarAsync(address, cancellationToken).ConfigureAwait(false);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await DownloadAsync(name, address, published, step, cancellationToken).ConfigureAwait(false);
            }
            catch (TransferFailure failure) when (!failure.Permanent && attempt < options.Attempts)
            {
                await Task.Delay(failure.RetryAfter ?? Pauses.Before(options.FirstPause, attempt), time, cancellationToken).ConfigureAwait(false);
            }
            catch (TransferFailure failure)
            {
                throw new NodeForgeException(failure.Diagnostic with { What = attempt > 1 ? $"{failure.Diagnostic.What} (gave up after {attempt} attempts)" : failure.Diagnostic.What }, failure);
            }
        }
    }

    private async Task<LockedFile> DownloadAsync(string name, Uri address, (string Suffix, string Hash)? published, ForgeStep step, CancellationToken cancellationToken)
    {
        Source source = new(name, default, LengthUnknown);
        HttpOrigin origin = new(connections, new HttpFailures(connections, time), options, source, address);
        using OpenedContent content = await origin.OpenAsync(0, null, cancellationToken).ConfigureAwait(false);
        using Pace pace = new(options, cancellationToken);
        using BlobIngest ingest = store.BeginIngest();
        using IncrementalHash? long512 = published is { Hash.Length: 128 } ? IncrementalHash.CreateHash(HashAlgorithmName.SHA512) : null;
        byte[] buffer = new byte[1 << 17];
        try
        {
            for (int read; (read = await content.Stream.ReadAsync(buffer, pace.Token).ConfigureAwait(false)) > 0; pace.Advance(read), step.Advance(read))
            {
                if (ingest.Length == 0)
                    WebPage.Refuse(source, origin.Address, content.ContentType, buffer.AsSpan(0, read));
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

        return Commit(name, ingest, long512, published, origin.Address);
    }

    private static LockedFile Commit(string name, BlobIngest ingest, IncrementalHash? long512, (string Suffix, string Hash)? published, string address)
    {
        if (long512 is not null)
            Compare(name, address, published!.Value, Convert.ToHexStringLower(long512.GetHashAndReset()));
        else if (published is { } told)
            return CommitAs(name, ingest, told, address);
        Descriptor blob = ingest.Commit();
        return new(name, blob.Digest, blob.Size);
    }

    private static LockedFile CommitAs(string name, BlobIngest ingest, (string Suffix, string Hash) told, string address)
    {
        try
        {
            Descriptor blob = ingest.Commit(Digest.Parse("sha256:" + told.Hash));
            return new(name, blob.Digest, blob.Size);
        }
        catch (NodeForgeException mismatch) when (mismatch.Diagnostics[0].Code == ErrorCodes.DigestMismatch)
        {
            throw Disagrees(name, address, told, mismatch.Diagnostics[0].Got);
        }
    }

    private static void Compare(string name, string address, (string Suffix, string Hash) told, string got)
    {
        if (told.Hash != got)
            throw Disagrees(name, address, told, got);
    }

    private static NodeForgeException Disagrees(string name, string address, (string Suffix, string Hash) told, string? got) => new(new Diagnostic(ErrorCodes.ChecksumFileDisagrees, $"{name} is not what the checksum file beside it says")
    {
        Where = new(address + told.Suffix),
        Got = got,
        Want = told.Hash,
        Mend = "run again; if it stays so, distrust the server",
    });

    // A server without checksum files is no failure, whatever it answers: the lock pins what came, as for every other file.
    private async Task<(string Suffix, string Hash)?> SidecarAsync(Uri address, CancellationToken cancellationToken)
    {
        foreach ((string suffix, int digits) in Sidecars)
        {
            string url = address.GetLeftPart(UriPartial.Path) + suffix + address.Query;
            if (await TextAsync(new Uri(url), cancellationToken).ConfigureAwait(false) is { } text && ChecksumFile.Find(text, Path.GetFileName(address.AbsolutePath), digits) is { } hash)
                return (suffix, hash);
        }

        return null;
    }

    private async Task<string?> TextAsync(Uri address, CancellationToken cancellationToken)
    {
        using Pace pace = new(options, cancellationToken);
        try
        {
            using HttpResponseMessage answer = await connections.Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, pace.Token).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentLength > MostOfSidecar)
                return null;
            Stream stream = await answer.Content.ReadAsStreamAsync(pace.Token).ConfigureAwait(false);
            byte[] text = new byte[MostOfSidecar];
            int length = await stream.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, pace.Token).ConfigureAwait(false);
            return Encoding.Latin1.GetString(text, 0, length);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
