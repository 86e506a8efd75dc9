using NodeForge.Bundles.Reading;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>bundle diff</c> prints: a line for each image, file and component that is not as it was, and what is to be
/// carried.</summary>
internal sealed record BundleDiffDocument(
    bool Same,
    IReadOnlyList<BundleChangeItem> Images,
    IReadOnlyList<BundleChangeItem> Files,
    IReadOnlyList<BundleChangeItem> Components,
    int NewBlobs,
    long NewBytes,
    long Bytes,
    IReadOnlyList<CarriedBlobItem> Carried
) : Document
{
    public static BundleDiffDocument Of(BundleDifference difference) =>
        new(
            difference.IsSame,
            Items(difference.Images),
            Items(difference.Items),
            Items(difference.Components),
            difference.NewBlobs,
            difference.NewBytes,
            difference.Bytes,
            [.. difference.Carried.Select(CarriedBlobItem.Of)]
        );

    public override Page ToText()
    {
        Page text = new();
        Columns rows = new();
        foreach (
            (string kind, IReadOnlyList<BundleChangeItem> changes) in new[]
            {
                ("image", Images),
                ("file", Files),
                ("component", Components),
            }
        )
        {
            foreach (BundleChangeItem change in changes)
                rows.Add(
                    change.Change,
                    kind,
                    change.Name,
                    (change.First, change.Second) switch
                    {
                        (null, { } now) => now,
                        ({ } gone, null) => gone,
                        _ => $"{change.First} → {change.Second}",
                    }
                );
        }

        foreach (CarriedBlobItem blob in Carried.Where(blob => blob.Size >= Worth))
            blob.AddTo(rows);
        return text.Rows(rows)
            .Line(Same ? "nothing changes" : $"{NewBlobs} blobs are new: {ByteCount.Show(NewBytes)} of {ByteCount.Show(Bytes)}");
    }

    private const long Worth = 1 << 20; // bytes from which on people want to know; programs get all

    private static BundleChangeItem[] Items(IReadOnlyList<BundleChange> changes) =>
        [
            .. changes.Select(change => new BundleChangeItem(
                change.First is null ? "added"
                    : change.Second is null ? "removed"
                    : "changed",
                change.Name,
                change.First,
                change.Second
            )),
        ];
}

/// <param name="Change">added, removed or changed.</param>
internal sealed record BundleChangeItem(string Change, string Name, string? First, string? Second);

/// <param name="As">whole, compressed (whole, since it is compressed elsewhere), delta, or open (whole or as a delta: there is none that
/// says).</param>
internal sealed record CarriedBlobItem(string Digest, string As, long Size, string MediaType, IReadOnlyList<string> UsedBy)
{
    public static CarriedBlobItem Of(CarriedBlob blob) =>
        new(blob.Digest.ToString(), blob.As.ToString().ToLowerInvariant(), blob.Size, blob.MediaType, blob.UsedBy);

    /// <summary>A line for people.</summary>
    public void AddTo(Columns rows) =>
        rows.Add(
            "carried",
            As switch
            {
                "compressed" => "whole, as it is compressed",
                "open" => "whole, or as a delta",
                "delta" => "as a delta",
                _ => "whole",
            },
            $"{string.Join(", ", UsedBy)}, {ByteCount.Show(Size)}",
            Digest
        );
}
