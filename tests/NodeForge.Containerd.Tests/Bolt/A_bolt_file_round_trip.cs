using FsCheck;
using FsCheck.Fluent;
using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Tests.Bolt;

public sealed class A_bolt_file_round_trip
{
    [Fact]
    public void Any_tree_written_then_read_is_the_same() =>
        Prop.ForAll(BoltTrees.Any, static tree => BoltTrees.Same(tree, Read(BoltWriter.ToArray(tree)))).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_writes_of_any_tree_give_the_same_bytes_whatever_order_its_entries_came_in() =>
        Prop.ForAll(BoltTrees.Any, static tree => BoltWriter.ToArray(tree).AsSpan().SequenceEqual(BoltWriter.ToArray(Reversed(tree))))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_tree_written_passes_the_check() =>
        Prop.ForAll(BoltTrees.Any, static tree => BoltCheck.Check(new MemoryStream(BoltWriter.ToArray(tree)), "written").Count == 0)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_longest_key_and_a_value_of_a_megabyte_survive()
    {
        BoltBucket bucket = new(
            [new BoltEntry(new byte[32768], new byte[1 << 20]), new BoltEntry(new byte[32767], ReadOnlyMemory<byte>.Empty)],
            ulong.MaxValue
        );
        BoltBucket tree = BoltTrees.Named("b", bucket);
        Assert.True(BoltTrees.Same(tree, Read(BoltWriter.ToArray(tree))));
    }

    [Fact]
    public void A_bucket_with_keys_so_long_that_two_branch_keys_fill_a_page_still_becomes_a_tree()
    {
        BoltBucket bucket = new(
            Enumerable
                .Range(0, 300)
                .Select(static i =>
                {
                    byte[] key = new byte[32768];
                    key[0] = (byte)(i >> 8);
                    key[1] = (byte)i;
                    return new BoltEntry(key, new byte[] { 1 });
                })
        );
        byte[] file = BoltWriter.ToArray(BoltTrees.Named("b", bucket));
        Assert.Empty(BoltCheck.Check(new MemoryStream(file), "written"));
        Assert.True(BoltTrees.Same(bucket, Read(file).FindBucket("b")!));
    }

    [Fact]
    public void Buckets_may_be_nested_128_deep_and_no_deeper()
    {
        BoltBucket tree = BoltBucket.Empty;
        for (int depth = 1; depth < 128; depth++)
            tree = BoltTrees.Named("b", tree);
        Assert.True(BoltTrees.Same(tree, Read(BoltWriter.ToArray(tree))));
        Assert.Throws<ArgumentException>(() => BoltTrees.Named("b", tree));
    }

    [Fact]
    public void A_bucket_with_the_same_key_twice_an_empty_key_or_one_too_long_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => new BoltBucketBuilder().Add("a", "1").Add("a", "2").Build());
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoltBucketBuilder().Add("", "1"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoltEntry(new byte[32769], BoltBucket.Empty));
    }

    [Fact]
    public void A_root_bucket_with_a_value_is_refused_for_nobody_could_read_it() =>
        Assert.Throws<ArgumentException>(() => BoltWriter.ToArray(new BoltBucketBuilder().Add("a", "1").Build()));

    private static BoltBucket Read(byte[] file) => BoltReader.Read(new MemoryStream(file), "written");

    private static BoltBucket Reversed(BoltBucket bucket) =>
        new(
            bucket.Entries.Reverse().Select(static entry => entry.Bucket is { } child ? new BoltEntry(entry.Key, Reversed(child)) : entry),
            bucket.Sequence
        );
}
