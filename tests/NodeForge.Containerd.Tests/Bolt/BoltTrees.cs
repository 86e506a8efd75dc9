using FsCheck;
using FsCheck.Fluent;
using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Tests.Bolt;

/// <summary>Trees of buckets to be written and read, and what makes two of them the same.</summary>
internal static class BoltTrees
{
    private const int MaxKey = 32768;
    private const int MaxValue = 1 << 20;

    /// <summary>Trees of every shape: few and thousands of keys, long keys, large values, nested and empty buckets.</summary>
    public static Arbitrary<BoltBucket> Any { get; } =
        Arb.From(
            from seed in Gen.Choose(0, int.MaxValue - 1)
            from shape in Gen.Elements(Enum.GetValues<Shape>())
            select Root(new Random(seed), shape)
        );

    public static bool Same(BoltBucket left, BoltBucket right) =>
        left.Sequence == right.Sequence
        && left.Entries.Count == right.Entries.Count
        && left.Entries.Zip(right.Entries).All(static pair => Same(pair.First, pair.Second));

    public static BoltBucket Named(string key, BoltBucket bucket) => new BoltBucketBuilder().Add(key, bucket).Build();

    /// <summary>A bucket with numbered keys, all values of one length.</summary>
    public static BoltBucket Numbered(int count, int valueLength, ulong sequence = 0)
    {
        BoltBucketBuilder builder = new();
        for (int i = 0; i < count; i++)
            builder.Add($"key-{i:d6}", new byte[valueLength]);
        return builder.Build(sequence);
    }

    private static bool Same(BoltEntry left, BoltEntry right) =>
        left.Key.Span.SequenceEqual(right.Key.Span)
        && left.Value.Span.SequenceEqual(right.Value.Span)
        && (left.Bucket, right.Bucket) switch
        {
            (null, null) => true,
            (not null, not null) => Same(left.Bucket, right.Bucket),
            _ => false,
        };

    private enum Shape
    {
        Empty,
        Small,
        Many,
        LongKeys,
        LargeValues,
        Nested,
    }

    private static BoltBucket Root(Random random, Shape shape) =>
        shape switch
        {
            Shape.Empty => BoltBucket.Empty,
            Shape.Small => Buckets(random, 4, () => Values(random, random.Next(6), 20, 300)),
            Shape.Many => Buckets(random, 2, () => Values(random, random.Next(9000), 40, 200)),
            Shape.LongKeys => Buckets(random, 3, () => Values(random, random.Next(40), MaxKey, 5000)),
            Shape.LargeValues => Buckets(random, 2, () => Values(random, random.Next(5), 100, MaxValue)),
            _ => Buckets(random, 5, () => Mixed(random, 5)),
        };

    private static BoltBucket Buckets(Random random, int count, Func<BoltBucket> child) =>
        new(Keys(random, random.Next(count + 1), 600).Select(key => new BoltEntry(key, child())), (ulong)random.NextInt64());

    private static BoltBucket Mixed(Random random, int depth) =>
        new(
            Keys(random, random.Next(8), 100)
                .Select(key =>
                    depth > 0 && random.Next(2) == 0
                        ? new BoltEntry(key, Mixed(random, depth - 1))
                        : new BoltEntry(key, Bytes(random, random.Next(400)))
                ),
            (ulong)random.Next(10)
        );

    private static BoltBucket Values(Random random, int count, int maxKey, int maxValue) =>
        new(Keys(random, count, maxKey).Select(key => new BoltEntry(key, Bytes(random, random.Next(maxValue + 1)))));

    private static IEnumerable<byte[]> Keys(Random random, int count, int maxLength) =>
        Enumerable.Range(0, count).Select(_ => Bytes(random, random.Next(1, maxLength + 1))).DistinctBy(Convert.ToHexString);

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
