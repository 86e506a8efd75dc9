using NodeForge.Containerd.Metadata;

namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>ctr's tables, and the same lines made from records, to be compared.</summary>
internal static class CtrTable
{
    /// <summary>Name, media type, digest and labels from <c>ctr images ls</c>.</summary>
    public static string[] Images(string listing) =>
        [.. Rows(listing).Select(static row => $"{row[0]} {row[1]} {row[2]} {Sorted(row[^1])}").Order(StringComparer.Ordinal)];

    public static string[] Images(IEnumerable<ImageRecord> records) =>
        [
            .. records
                .Select(static record => $"{record.Name} {record.Target.MediaType} {record.Target.Digest} {Labels(record.Labels)}")
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Digest and labels from <c>ctr content ls</c>.</summary>
    public static string[] Content(string listing) =>
        [.. Rows(listing).Select(static row => $"{row[0]} {Sorted(row[^1])}").Order(StringComparer.Ordinal)];

    public static string[] Content(IEnumerable<ContentRecord> records) =>
        [.. records.Select(static record => $"{record.Digest} {Labels(record.Labels)}").Order(StringComparer.Ordinal)];

    /// <summary>Name and status from <c>ctr images check</c>.</summary>
    public static Dictionary<string, string> Checked(string listing) =>
        Rows(listing).ToDictionary(static row => row[0], static row => row[3]);

    private static IEnumerable<string[]> Rows(string listing) =>
        listing
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(static line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    // ctr prints a dash for none.
    private static string Labels(IReadOnlyDictionary<string, string> labels) =>
        labels.Count == 0 ? "-" : Sorted(string.Join(',', labels.Select(static label => $"{label.Key}={label.Value}")));

    // ctr 1.6 lists the labels of content in whatever order its map has.
    private static string Sorted(string labels) => string.Join(',', labels.Split(',').Order(StringComparer.Ordinal));
}
