using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Updating;

/// <summary>What a delta will have in it: blobs that the base lacks, whole or made of the base's, whichever is less.</summary>
public sealed class DeltaPlan : IDisposable
{
    private readonly BundlePlan whole;
    private readonly BundleBase there;
    private readonly BundleOptions options;
    private readonly ScratchFile? scratch;
    private readonly List<PlannedBlob> carried = [];
    private readonly List<DeltaBlob> listed = [];

    private DeltaPlan(BundlePlan whole, BundleBase there, string? output, BundleOptions options)
    {
        this.whole = whole;
        this.there = there;
        this.options = options;
        scratch = output is null ? null : new(Path.GetFullPath(output));
    }

    /// <summary>What is written.</summary>
    public BundlePlan Plan { get; private set; } = null!;

    /// <summary>Compares a bundle that is to be made with one that is there. New layers that are not compressed elsewhere are read, and
    /// their deltas are made here, since the index names them and stands before them.</summary>
    /// <param name="whole">The bundle that the delta makes.</param>
    /// <param name="there">What the far side has.</param>
    /// <param name="output">Where the delta goes; null keeps nothing of what is made: the plan can be looked at,
    /// and not be written.</param>
    /// <param name="options">How it is written, and the bundle that it makes.</param>
    /// <exception cref="NodeForgeException">What a source or the disk fails with.</exception>
    public static async Task<DeltaPlan> CreateAsync(
        BundlePlan whole,
        BundleBase there,
        string? output,
        BundleOptions options,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        DeltaPlan plan = new(whole, there, output, options);
        try
        {
            using ForgeStep step = reporter.Step($"compare with {there.Place}");
            await Task.Run(() => plan.CompareAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            step.Finish();
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        OldFiles? files = null;
        foreach (PlannedBlob blob in whole.Blobs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PlannedBlob? delta = null;
            if (!there.Has(blob.Descriptor.Digest))
            {
                if (there.File is { } old && CanBeMade(blob))
                    delta = await MakeAsync(blob, old, files ??= OldFiles.Of(old, cancellationToken), cancellationToken)
                        .ConfigureAwait(false);
                if (delta is null || carried.All(other => other.Descriptor.Digest != delta.Descriptor.Digest))
                    carried.Add(delta ?? blob);
            }

            Descriptor about = blob.Descriptor;
            listed.Add(new(about.Digest, about.Size, about.MediaType, delta?.Descriptor.Digest, blob.Compress ? null : true));
        }

        Plan = new(
            whole.Index with
            {
                Blobs =
                [
                    .. carried.Select(blob => new BundledBlob(blob.Descriptor.Digest, blob.Descriptor.Size, blob.Descriptor.MediaType)),
                ],
                Delta = new(
                    there.Index,
                    Digest.Of(BundleJson.Write(whole.Index)),
                    options.VolumeSize,
                    options.ChunkSize,
                    options.Level,
                    ZstdBlockEncoder.NameOf(options.Level),
                    listed
                ),
            },
            carried
        );
    }

    // Manifests and configs cost nothing whole.
    private static bool CanBeMade(PlannedBlob blob) =>
        blob.Compress && ListedFiles.IsPlain(blob.Descriptor.MediaType) && blob.Descriptor.Size >= 64 << 10;

    private async Task<PlannedBlob?> MakeAsync(PlannedBlob blob, BundleFile old, OldFiles files, CancellationToken cancellationToken)
    {
        BundledBlob about = new(blob.Descriptor.Digest, blob.Descriptor.Size, blob.Descriptor.MediaType);
        IReadOnlyList<ListedFile> inside;
        Stream content = await blob.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
            inside = ListedFiles.Of(whole.Index, about, content, cancellationToken);
        using OldBytes bytes = new(old);
        IReadOnlyList<BlobPiece> pieces = BlobPieces.Cut(inside, about.Size, files, number => bytes.SizeOf(number)!.Value);
        if (pieces.All(piece => piece.Old.Count == 0))
            return null;
        Digest digest = default;
        long length = 0;
        content = await blob.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            bool Write(Stream output)
            {
                using HashingStream hash = new(output);
                bool worth = BlobDeltaWriter.TryWrite(pieces, content, bytes, about.Size, hash, cancellationToken);
                (length, digest) = (hash.Length, hash.Finish());
                return worth;
            }

            long? begin =
                scratch is not null ? scratch.Append(Write)
                : Write(Stream.Null) ? 0
                : null;
            if (begin is not { } at)
                return null;
            return length < about.Size / 8 || length < await PackedSizeAsync(blob, cancellationToken).ConfigureAwait(false)
                ? new(new(BundleDelta.MediaType, digest, length), Compress: false, _ => new(Kept.Open(at, length)))
                : null;
        }
    }

    private ScratchFile Kept => scratch ?? throw new InvalidOperationException("Nothing of what was made is kept.");

    // What carrying it whole would take. Eight to one is more than zstd makes of any program.
    private async Task<long> PackedSizeAsync(PlannedBlob blob, CancellationToken cancellationToken)
    {
        using ZstdBlockEncoder encoder = options.Encoder();
        byte[] plain = new byte[options.ChunkSize];
        byte[] packed = new byte[ZstdBlockEncoder.Bound(plain.Length)];
        long size = 0;
        Stream content = await blob.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            while (
                await content.ReadAtLeastAsync(plain, plain.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
                    is > 0
                        and int length
            )
                size += Math.Min(length, encoder.Encode(plain.AsSpan(0, length), packed));
        }

        return size;
    }

    public void Dispose() => scratch?.Dispose();
}
