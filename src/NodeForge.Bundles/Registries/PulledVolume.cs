using System.Security.Cryptography;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Registry;

namespace NodeForge.Bundles.Registries;

/// <summary>A volume on its way from a registry: beside its place, under a name of its own digest, until it is whole.</summary>
/// <param name="volume">What it has to be.</param>
/// <param name="path">Where it belongs.</param>
/// <param name="reporter">Hears of its bytes.</param>
internal sealed class PulledVolume(Descriptor volume, string path, IForgeReporter reporter)
{
    private const int Piece = 1 << 20;
    private const int DigestLetters = 16;

    private string Part => Path.Combine(Folder, $".{Path.GetFileName(path)}.{volume.Digest.Hex[..DigestLetters]}.pull");

    private string Folder => Path.GetDirectoryName(path)!;

    /// <summary>Brings what is not there yet.</summary>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error; <see cref="ErrorCodes.DiskFull"/>.</exception>
    public async Task BringAsync(RegistryClient client, ImageReference repository, CancellationToken cancellationToken)
    {
        using ForgeStep step = reporter.Step($"pull {Path.GetFileName(path)}", volume.Size);
        if (!File.Exists(Part) && await IsThereAsync(cancellationToken).ConfigureAwait(false))
        {
            step.Finish("is there");
            return;
        }

        AtomicFile.Guard(path, () => Directory.CreateDirectory(Folder));
        FileStream file = AtomicFile.Guard(Part, () => Open(Part));
        await using (file.ConfigureAwait(false))
        {
            if (file.Length > volume.Size)
                file.SetLength(0);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await HashAsync(file, hash, cancellationToken).ConfigureAwait(false);
            step.Advance(file.Length);
            try
            {
                if (file.Length < volume.Size)
                    await ReceiveAsync(file, hash, client, repository, step, cancellationToken).ConfigureAwait(false);
            }
            catch (NodeForgeException wrong) when (wrong.Diagnostics[0].Code == ErrorCodes.RegistryContentMismatch)
            {
                AtomicFile.Discard(Part);
                throw;
            }

            Digest got = Digest.FromHash(hash.GetHashAndReset());
            if (got != volume.Digest)
            {
                // What was left of an earlier try was not right: nothing of it is used again.
                AtomicFile.Discard(Part);
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.DigestMismatch, "the volume that was begun earlier is not what its name says")
                    {
                        Where = new(path),
                        Got = got.ToString(),
                        Want = volume.Digest.ToString(),
                        Hint = "run it again: it begins anew",
                    }
                );
            }

            AtomicFile.Guard(
                Part,
                () =>
                {
                    AtomicFile.Sync(file);
                    return 0;
                }
            );
        }

        step.Finish();
    }

    /// <summary>Where it belongs.</summary>
    public string Place => path;

    /// <summary>Where it is until it gets its name; null where it had it already.</summary>
    public string? Temporary => File.Exists(Part) ? Part : null;

    /// <summary>Whether a message is about it.</summary>
    public bool IsAt(string? place) => place is not null && (place == path || place == Part);

    /// <summary>Removes what was brought.</summary>
    public void Discard() => AtomicFile.Discard(Part);

    private async Task ReceiveAsync(
        FileStream file,
        IncrementalHash hash,
        RegistryClient client,
        ImageReference repository,
        ForgeStep step,
        CancellationToken cancellationToken
    )
    {
        using RemoteBlob remote = await client.OpenBlobAsync(repository, volume, file.Length, cancellationToken).ConfigureAwait(false);
        if (remote.Offset == 0 && file.Length > 0)
        {
            // It knows no ranges.
            file.SetLength(0);
            _ = hash.GetHashAndReset();
        }

        byte[] buffer = new byte[Piece];
        while (await remote.Content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
        {
            hash.AppendData(buffer, 0, read);
            try
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException failure)
            {
                throw AtomicFile.Explain(Part, failure);
            }

            step.Advance(read);
        }
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        if (RegularFile.SizeOf(path) != volume.Size)
            return false;
        FileStream file = RegularFile.Open(path);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (file.ConfigureAwait(false))
            await HashAsync(file, hash, cancellationToken).ConfigureAwait(false);
        return Digest.FromHash(hash.GetHashAndReset()) == volume.Digest;
    }

    private static async Task HashAsync(FileStream file, IncrementalHash hash, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Piece];
        while (await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
            hash.AppendData(buffer, 0, read);
    }

    // A link would be written through.
    private static FileStream Open(string part)
    {
        if (new FileInfo(part).LinkTarget is not null)
            File.Delete(part);
        return new(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
    }
}
