using System.Collections.Concurrent;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Registry;

namespace NodeForge.Images.Sharing;

/// <summary>Finished work in registries: an entry for each action, under a tag made of its key. There is no list of them and no lock;
/// whoever comes second writes the same bytes.</summary>
/// <remarks>
/// Everything that is taken is held against its digests, and layers against their diff IDs; that an entry is what its action makes is the
/// word of whoever may write to the repository.
/// A place that fails beyond a few attempts is not asked again. Failures are warnings, unless somebody waits for what is left there.
/// </remarks>
public sealed class RegistryActions(
    RegistryClient client,
    BlobStore store,
    FetchOptions options,
    TimeProvider time,
    IForgeReporter reporter
) : ISharedActions
{
    private readonly RegistryPusher pusher = new(client);
    private readonly ConcurrentDictionary<CachePlace, byte> failed = new();
    private readonly ConcurrentDictionary<Digest, byte> given = new();
    private readonly ConcurrentDictionary<Digest, byte> doubted = new();

    /// <summary>Asked in this order.</summary>
    public IReadOnlyList<CachePlace> From { get; init; } = [];

    /// <summary>Null leaves nothing anywhere.</summary>
    public CachePlace? To { get; init; }

    /// <summary>Whether a place that fails ends the build.</summary>
    public bool Required { get; init; }

    public async Task<IReadOnlyList<ActionOutput>?> TakeAsync(Digest key, CancellationToken cancellationToken)
    {
        foreach (CachePlace place in From.Where(place => !failed.ContainsKey(place)))
        {
            try
            {
                IReadOnlyList<ActionOutput>? taken = await RegistryRetries
                    .RunAsync(() => TakeAsync(place, key, cancellationToken), options, time, cancellationToken)
                    .ConfigureAwait(false);
                if (taken is not null && place == To)
                    given.TryAdd(key, 0);
                if (taken is not null)
                    return taken;
            }
            catch (NodeForgeException failure) when (failure.ExitCode == ExitCode.Verification || failure.Is(ErrorCodes.RegistryNotFound))
            {
                // One entry is wrong or lost its content; the others may be right.
                doubted.TryAdd(key, 0);
                reporter.Warn(
                    failure.Diagnostics[0] with
                    {
                        Code = ErrorCodes.SharedCacheEntry,
                        Hint = ErrorCodes.SharedCacheEntry.Remedy,
                    }
                );
            }
            catch (NodeForgeException failure) when (IsOfRegistry(failure))
            {
                GiveUp(place, failure);
            }
        }

        return null;
    }

    public async Task GiveAsync(Digest key, IReadOnlyList<ActionOutput> outputs, CancellationToken cancellationToken)
    {
        if (To is not { } place || failed.ContainsKey(place) || given.ContainsKey(key))
            return;
        try
        {
            await RegistryRetries
                .RunAsync(() => GiveAsync(place, key, outputs, cancellationToken), options, time, cancellationToken)
                .ConfigureAwait(false);
            given.TryAdd(key, 0);
        }
        catch (NodeForgeException failure) when (IsOfRegistry(failure))
        {
            GiveUp(place, failure);
        }
    }

    // Credentials that cannot be read, too; a full disk or damage in the cache of this machine is none of its business.
    private static bool IsOfRegistry(NodeForgeException failure) =>
        failure.ExitCode == ExitCode.Network || failure.Is(ErrorCodes.CredentialsUnusable);

    private void GiveUp(CachePlace place, NodeForgeException failure)
    {
        Diagnostic told = failure.Diagnostics[0] with
        {
            Code = ErrorCodes.SharedCacheUnavailable,
            What = $"the shared cache is not used any more: {failure.Diagnostics[0].What}",
            Hint = ErrorCodes.SharedCacheUnavailable.Remedy,
        };
        if (Required)
            throw new NodeForgeException(told, failure);
        if (failed.TryAdd(place, 0))
            reporter.Warn(told);
    }

    private async Task<IReadOnlyList<ActionOutput>?> TakeAsync(CachePlace place, Digest key, CancellationToken cancellationToken)
    {
        ImageReference entry = place.EntryOf(key);
        if (await client.TryGetManifestAsync(entry, cancellationToken).ConfigureAwait(false) is not { } document)
            return null;
        Location where = new(entry.ToString());
        (Manifest manifest, Descriptor about) = SharedEntry.ReadManifest(key, document, where);
        byte[] config = await ReadAsync(entry, about, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ActionOutput> outputs = SharedEntry.ReadOutputs(key, manifest, config, where);
        foreach (ActionOutput output in outputs.DistinctBy(output => output.Digest))
            await TakeAsync(entry, output, cancellationToken).ConfigureAwait(false);
        Note(entry, outputs);
        return outputs;
    }

    private async Task<byte[]> ReadAsync(ImageReference entry, Descriptor blob, CancellationToken cancellationToken)
    {
        using RemoteBlob content = await client.OpenBlobAsync(entry, blob, 0, cancellationToken).ConfigureAwait(false);
        using MemoryStream bytes = new((int)blob.Size);
        await content.Content.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private async Task TakeAsync(ImageReference entry, ActionOutput output, CancellationToken cancellationToken)
    {
        if (store.SizeOf(output.Digest) != output.Size)
        {
            Descriptor blob = new(output.MediaType ?? "", output.Digest, output.Size);
            using RemoteBlob content = await client.OpenBlobAsync(entry, blob, 0, cancellationToken).ConfigureAwait(false);
            await store.WriteAsync(content.Content, blob.MediaType, output.Digest, output.Size, cancellationToken).ConfigureAwait(false);
        }

        if (output.DiffId is { } diffId && diffId != output.Digest)
            Prove(entry, output, diffId, cancellationToken);
    }

    private void Prove(ImageReference entry, ActionOutput output, Digest diffId, CancellationToken cancellationToken)
    {
        Location where = new(entry.ToString(), Detail: output.Digest.ToString());
        using Stream plain = Decompression.Open(store.OpenRead(output.Digest), where.ToString());
        using HashingStream hash = new(Stream.Null);
        byte[] buffer = new byte[1 << 17];
        for (int read = plain.Read(buffer); read > 0; read = plain.Read(buffer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.Write(buffer.AsSpan(0, read));
        }

        if (hash.Finish() is var found && found != diffId)
            throw SharedEntry.Refused(where, "a layer of the shared cache unpacks to something else", found.ToString(), diffId.ToString());
    }

    // Blobs first, the tag last: an entry is there whole or not at all. One that was found wrong is replaced.
    private async Task<bool> GiveAsync(
        CachePlace place,
        Digest key,
        IReadOnlyList<ActionOutput> outputs,
        CancellationToken cancellationToken
    )
    {
        ImageReference target = place.EntryOf(key);
        SharedEntry entry = SharedEntry.Of(key, outputs);
        if (!doubted.ContainsKey(key) && await client.ResolveAsync(target, cancellationToken).ConfigureAwait(false) is { } there)
        {
            if (there == entry.Manifest.Descriptor.Digest)
                Note(target, outputs);
            else
                reporter.Warn(OtherResult(target, there, entry));
            return false;
        }

        foreach (Descriptor blob in SharedEntry.BlobsOf(outputs))
            await pusher
                .PushBlobAsync(Layer.Of(store, blob, blob.Digest), target, mountFrom: null, cancellationToken)
                .ConfigureAwait(false);
        await pusher.PushBlobAsync(entry.ConfigAsBlob(), target, mountFrom: null, cancellationToken).ConfigureAwait(false);
        await pusher.PushManifestAsync(entry.Manifest, target, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // An entry that is there has its blobs: an image's repository in the same registry takes them over.
    private void Note(ImageReference place, IReadOnlyList<ActionOutput> outputs)
    {
        foreach (Descriptor blob in SharedEntry.BlobsOf(outputs))
            client.Holders.Note(place, blob.Digest);
    }

    private static Diagnostic OtherResult(ImageReference target, Digest there, SharedEntry entry) =>
        new(ErrorCodes.SharedCacheDiffers, "another machine made something else of the same inputs; its entry stays")
        {
            Where = new(target.ToString()),
            Got = entry.Manifest.Descriptor.Digest.ToString(),
            Want = there.ToString(),
            Hint = ErrorCodes.SharedCacheDiffers.Remedy,
        };
}
