using System.Text;

namespace NodeForge.Containerd.Bolt;

/// <summary>A bucket as a value: its entries in the order of their keys' bytes, and its sequence. Immutable.</summary>
public sealed class BoltBucket
{
    private readonly BoltEntry[] entries;

    /// <param name="entries">In any order; no key twice.</param>
    /// <param name="sequence">What bbolt's <c>NextSequence</c> gave last.</param>
    /// <exception cref="ArgumentException">A key comes twice, or buckets are nested deeper than 128.</exception>
    public BoltBucket(IEnumerable<BoltEntry> entries, ulong sequence = 0)
    {
        this.entries = [.. entries];
        Array.Sort(this.entries, static (left, right) => left.Key.Span.SequenceCompareTo(right.Key.Span));
        for (int i = 1; i < this.entries.Length; i++)
            if (this.entries[i - 1].Key.Span.SequenceEqual(this.entries[i].Key.Span))
                throw new ArgumentException($"The key {BoltFault.Show(this.entries[i].Key.Span)} comes twice.", nameof(entries));
        Sequence = sequence;
        Depth = 1 + (this.entries.Max(static entry => entry.Bucket?.Depth) ?? 0);
        if (Depth > BoltFormat.MaxBucketDepth)
            throw new ArgumentException($"Buckets are nested deeper than {BoltFormat.MaxBucketDepth}.", nameof(entries));
    }

    /// <summary>The bucket without entries.</summary>
    public static BoltBucket Empty { get; } = new([]);

    /// <summary>The entries, keys strictly ascending by bytes.</summary>
    public IReadOnlyList<BoltEntry> Entries => entries;

    public ulong Sequence { get; }

    /// <summary>1 for a bucket that holds none.</summary>
    public int Depth { get; }

    /// <summary>The entry under a key; null when there is none.</summary>
    public BoltEntry? Find(ReadOnlySpan<byte> key)
    {
        int low = 0,
            high = entries.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = entries[middle].Key.Span.SequenceCompareTo(key);
            if (order == 0)
                return entries[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }

    /// <summary>The bucket under a key in UTF-8; null when there is none, or a value.</summary>
    public BoltBucket? FindBucket(string key) => Find(Encoding.UTF8.GetBytes(key))?.Bucket;

    /// <summary>The value under a key in UTF-8; null when there is none, or a bucket.</summary>
    public ReadOnlyMemory<byte>? FindValue(string key) =>
        Find(Encoding.UTF8.GetBytes(key)) is { Bucket: null } entry ? entry.Value : default(ReadOnlyMemory<byte>?);
}
