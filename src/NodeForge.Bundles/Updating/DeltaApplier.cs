using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Updating;

/// <summary>Makes whole bundles of one that is there and deltas. Every blob is held against its digest while it is written.</summary>
public static class DeltaApplier
{
    /// <summary>The deltas that lead from a bundle to the last one, in their order.</summary>
    /// <param name="old">The bundle that is there.</param>
    /// <param name="deltas">In any order; those that lead to the bundle that is there are left out.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaBaseMissing"/>,
    /// <see cref="ErrorCodes.DeltaOfOtherEncoder"/>.</exception>
    public static IReadOnlyList<BundleFile> Order(BundleFile old, IReadOnlyList<BundleFile> deltas) => DeltaChain.Order(old, deltas);

    /// <param name="old">The bundle that is there; stays as it is.</param>
    /// <param name="deltas">Deltas that lead on from it, in any order.</param>
    /// <param name="output">The bundle that the last of them makes.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaBaseMissing"/> and <see cref="ErrorCodes.DeltaOfOtherEncoder"/>
    /// before anything is written; what is damaged in the bundle, in a delta; <see cref="ErrorCodes.DiskFull"/>.</exception>
    public static async Task<WrittenBundle> ApplyAsync(
        BundleFile old,
        IReadOnlyList<BundleFile> deltas,
        string output,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<BundleFile> chain = DeltaChain.Order(old, deltas);
        string target = Path.GetFullPath(output);
        using BetweenFolder between = new(target);
        BundleFile current = old;
        string? before = null;
        for (int i = 0; ; i++)
        {
            BundleDelta delta = chain[i].Index.Delta!;
            bool last = i == chain.Count - 1;
            BundleOptions options = new()
            {
                VolumeSize = last ? delta.VolumeSize : 0,
                ChunkSize = delta.ChunkSize,
                Level = last ? delta.Level : 1,
            };
            string file = last ? target : between.In($"{i % 2}.nfb");
            WrittenBundle written = await BundleWriter
                .WriteAsync(PlanOf(current, chain[i], cancellationToken), file, options, reporter, cancellationToken)
                .ConfigureAwait(false);
            if (last)
                return written;
            if (before is not null)
                AtomicFile.Discard(before);
            before = file;
            current = BundleFile.Open(file);
        }
    }

    /// <summary>One delta that leads where several do.</summary>
    /// <param name="old">The bundle from which they lead.</param>
    /// <param name="deltas">In any order.</param>
    /// <param name="output">The one that is made.</param>
    /// <exception cref="NodeForgeException">As <see cref="ApplyAsync"/>: the bundle that they make is made on the way.</exception>
    public static async Task<WrittenBundle> SquashAsync(
        BundleFile old,
        IReadOnlyList<BundleFile> deltas,
        string output,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        BundleDelta last = DeltaChain.Order(old, deltas)[^1].Index.Delta!;
        string target = Path.GetFullPath(output);
        using BetweenFolder between = new(target);
        WrittenBundle made = await ApplyAsync(old, deltas, between.In("whole.nfb"), reporter, cancellationToken).ConfigureAwait(false);
        BundleOptions options = new()
        {
            VolumeSize = last.VolumeSize,
            ChunkSize = last.ChunkSize,
            Level = last.Level,
        };
        BundlePlan whole = PlanOf(BundleFile.Open(made.Files[0]), last);
        using DeltaPlan plan = await DeltaPlan
            .CreateAsync(whole, BundleBase.Of(old), target, options, reporter, cancellationToken)
            .ConfigureAwait(false);
        return await BundleWriter.WriteAsync(plan.Plan, target, options, reporter, cancellationToken).ConfigureAwait(false);
    }

    private static BundlePlan PlanOf(BundleFile old, BundleFile delta, CancellationToken cancellationToken) =>
        Checked(delta, new(delta.Index.Whole, [.. delta.Index.Delta!.Blobs.Select(blob => PlanOf(blob, old, delta, cancellationToken))]));

    // A base of that index has every blob; one that says so and has not is damaged, or was made to deceive.
    private static PlannedBlob PlanOf(DeltaBlob blob, BundleFile old, BundleFile delta, CancellationToken cancellationToken)
    {
        string name = $"{delta.Place}, {blob.Digest}";
        if (blob.Delta is { } with)
            return Planned(blob, () => new BlobDeltaStream(old, delta.Open(with), name, cancellationToken), name);
        BundleFile has =
            delta.Has(blob.Digest) ? delta
            : old.Has(blob.Digest) ? old
            : throw BundleFaults.Invalid(
                delta.Place,
                "the delta counts on a blob that its base does not have",
                null,
                blob.Digest.ToString()
            );
        return Planned(blob, () => has.Open(blob.Digest), name) with { LiesIn = has };
    }

    private static BundlePlan PlanOf(BundleFile whole, BundleDelta delta) =>
        new(whole.Index, [.. delta.Blobs.Select(blob => Planned(blob, () => whole.Open(blob.Digest), $"{whole.Place}, {blob.Digest}"))]);

    private static PlannedBlob Planned(DeltaBlob blob, Func<Stream> open, string name) =>
        new(
            new(blob.MediaType, blob.Digest, blob.Size),
            Compress: blob.AsIs != true,
            _ => new(new VerifyingStream(open(), blob.Digest, blob.Size, name))
        );

    private static BundlePlan Checked(BundleFile delta, BundlePlan plan) =>
        Digest.Of(BundleJson.Write(plan.Index)) == delta.Index.Delta!.Index
            ? plan
            : throw BundleFaults.Invalid(
                delta.Place,
                "the delta makes another bundle than it says",
                null,
                delta.Index.Delta.Index.ToString()
            );
}
