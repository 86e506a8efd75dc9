using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Updating;
using NodeForge.Bundles.Writing;
using NodeForge.Oci.Content;
using NodeForge.Signing.Judging;
using NodeForge.Signing.Predicates;

namespace NodeForge;

/// <content>Deltas: what a site lacks is carried, and made whole there.</content>
public sealed partial class BundleProvider
{
    /// <summary>bundle or delta → what is in it, or what it makes. Content is not read.</summary>
    public BundleFile OpenAny(string file) => BundleFile.OpenAny(options.Host.Resolve(file));

    /// <summary>bundle → a page of text by which the next delta is made.</summary>
    public BundleInventory Inventory(string file) => BundleInventory.Of(Open(file));

    /// <summary>bundle, deltas → the bundle that the last of them makes, to the byte.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaBaseMissing"/>, before anything is written.</exception>
    /// <exception cref="NodeForgeException">NF6480 to NF6484: the policy of this machine does not let a delta in.</exception>
    public async Task<WrittenBundle> ApplyAsync(BundleApplyRequest request, CancellationToken cancellationToken)
    {
        BundleFile old = Open(request.File);
        IReadOnlyList<BundleFile> chain = DeltaApplier.Order(old, OpenDeltas(request.Deltas));
        BundleTrust trust = Trust(request.Trust);
        // What is in the new bundle is named by the deltas' indexes down to the byte: whoever signed them vouches for it. What is installed
        // is the last one's alone.
        foreach (BundleFile delta in chain.SkipLast(1))
            trust.Check(delta, isStep: true);
        BundlePredicate? said = trust.Check(chain[^1]);
        string output = options.Host.Resolve(request.Output);
        WrittenBundle written = await DeltaApplier.ApplyAsync(old, chain, output, reporter, cancellationToken).ConfigureAwait(false);
        KeepSignature(chain[^1], written, output);
        await trust.RememberAsync(said, cancellationToken).ConfigureAwait(false);
        return written;
    }

    // The last delta's signature holds for what it makes. One that is there already and holds, of the whole bundle, is better: its subjects
    // are the bundle's own files.
    private static void KeepSignature(BundleFile last, WrittenBundle written, string output)
    {
        if (BundleTrust.SignatureOf(last.Place) is { } signature && !BundleTrust.IsAbout(output, written.Index))
            AtomicFile.WriteAllBytes(output + BundleJudge.FileSuffix, signature);
        else
            BundleTrust.RemoveOther(output, written.Index);
    }

    /// <summary>bundle, deltas → one delta that leads where they do.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaBaseMissing"/>, before anything is written.</exception>
    public async Task<WrittenBundle> SquashAsync(BundleApplyRequest request, CancellationToken cancellationToken)
    {
        string output = options.Host.Resolve(request.Output);
        WrittenBundle written = await DeltaApplier
            .SquashAsync(Open(request.File), OpenDeltas(request.Deltas), output, reporter, cancellationToken)
            .ConfigureAwait(false);
        BundleTrust.RemoveOther(output, written.Index);
        return written;
    }

    private BundleFile[] OpenDeltas(IReadOnlyList<string> files) =>
        [.. files.Select(file => BundleFile.OpenDelta(options.Host.Resolve(file)))];

    private async Task<BundleOutcome> WriteDeltaAsync(
        BundlePlan whole,
        string there,
        string? output,
        BundleOptions written,
        CancellationToken cancellationToken
    )
    {
        string? file = output is null ? null : options.Host.Resolve(output);
        using DeltaPlan plan = await DeltaPlan
            .CreateAsync(whole, BundleBase.Open(options.Host.Resolve(there)), file, written, reporter, cancellationToken)
            .ConfigureAwait(false);
        return new(
            plan.Plan.Index,
            file is null ? null : await WriteAsync(plan.Plan, file, written, cancellationToken).ConfigureAwait(false)
        );
    }
}

/// <summary>Deltas, and the bundle from which they lead.</summary>
/// <param name="File">The bundle that is there.</param>
/// <param name="Deltas">In any order.</param>
/// <param name="Output">What is made.</param>
public sealed record BundleApplyRequest(string File, IReadOnlyList<string> Deltas, string Output)
{
    /// <summary>Whose deltas they have to be; null takes the policy of this machine.</summary>
    public BundleTrustRequest? Trust { get; init; }
}
