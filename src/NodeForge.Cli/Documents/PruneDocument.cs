using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>cache prune</c> prints: how much went, or would go.</summary>
internal sealed record PruneDocument(bool DryRun, int Locks, int Records, int Blobs, long Bytes, int Entries) : Document
{
    public static PruneDocument Of(PruneOutcome outcome, bool dryRun) =>
        new(dryRun, outcome.Locks, outcome.Cache.Records, outcome.Cache.Blobs, outcome.Cache.Bytes, outcome.Entries);

    public override Page ToText() =>
        Page.Of(
            $"{Quantity.Of(Locks, "lock")} kept; {Verb} {Quantity.Of(Records + Entries, "record")}, "
                + $"{Quantity.Of(Blobs, "blob")}, {ByteCount.Show(Bytes)}"
        );

    private string Verb => DryRun ? "would remove" : "removed";
}
