using FsCheck;
using FsCheck.Fluent;
using NodeForge.Containerd.Bolt;
using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Tests.Metadata;

public sealed class Containerd_metadata
{
    private static readonly DateTimeOffset Epoch = new(2025, 5, 20, 1, 2, 3, TimeSpan.Zero);

    [Theory]
    [InlineData(MetadataVersion.Containerd1)]
    [InlineData(MetadataVersion.Containerd2)]
    public void Written_then_read_is_the_same(MetadataVersion version)
    {
        ContainerdMetadata metadata = Sample(version);
        using MemoryStream file = new();
        MetadataWriter.Write(metadata, file);
        ContainerdMetadata read = MetadataReader.Read(file, "meta.db");
        Assert.Equal(version, read.Version);
        MetadataNamespace space = Assert.Single(read.Namespaces);
        Assert.Equal("k8s.io", space.Name);
        Assert.Equal("v", space.Labels["k"]);
        ImageRecord image = Assert.Single(space.Images);
        Assert.Equal("registry.test/a:1", image.Name);
        Assert.Equal((Epoch, Epoch.AddTicks(1)), (image.CreatedAt, image.UpdatedAt));
        Assert.Equal(("m", Digest.Of([1]), 5_000_000_000L), (image.Target.MediaType, image.Target.Digest, image.Target.Size));
        Assert.Equal("y", image.Target.Annotations!["x"]);
        Assert.Equal(["filled"], image.Labels.Keys);
        ContentRecord blob = Assert.Single(space.Content);
        Assert.Equal((Digest.Of([1]), 7L, Epoch), (blob.Digest, blob.Size, blob.CreatedAt));
        Assert.Equal("b", blob.Labels["a"]);
        SnapshotterRecords snapshotter = Assert.Single(space.Snapshotters);
        Assert.Equal(("overlayfs", 9UL), (snapshotter.Name, snapshotter.Sequence));
        Assert.Equal(
            [("below", "k8s.io/1/below", null), ("over", "k8s.io/7/over", "below")],
            snapshotter.Snapshots.Select(static snapshot => (snapshot.Key, snapshot.Name, snapshot.Parent))
        );
        Assert.Equal("d", snapshotter.Snapshots[1].Labels["c"]);
    }

    [Fact]
    public void A_snapshot_is_held_by_those_that_lie_over_it()
    {
        BoltBucket snapshots = MetadataWriter
            .ToBolt(Sample(MetadataVersion.Containerd1))
            .FindBucket("v1")!
            .FindBucket("k8s.io")!
            .FindBucket("snapshots")!
            .FindBucket("overlayfs")!;
        Assert.NotNull(snapshots.FindBucket("below")!.FindBucket("children")!.FindValue("over"));
        Assert.Null(snapshots.FindBucket("over")!.FindBucket("children"));
    }

    [Fact]
    public void The_overlay_snapshotters_database_has_each_snapshot_committed_and_goes_on_from_the_highest_number()
    {
        BoltBucket schema = OverlaySnapshots
            .ToBolt([new(300, "k8s.io/300/a", new(8192, 3), Epoch), new(2, "k8s.io/2/b", new(0, 1), Epoch)])
            .FindBucket("v1")!;
        Assert.Equal(300UL, schema.FindBucket("snapshots")!.Sequence);
        Assert.NotNull(schema.FindBucket("parents"));
        BoltBucket snapshot = schema.FindBucket("snapshots")!.FindBucket("k8s.io/300/a")!;
        // Go's PutUvarint for the number, PutVarint for what is counted.
        Assert.Equal(("ac02", "03", "808001", "06"), (Hex("id"), Hex("kind"), Hex("size"), Hex("inodes")));
        Assert.Null(snapshot.FindValue("parent"));

        string Hex(string key) => Convert.ToHexStringLower(snapshot.FindValue(key)!.Value.Span);
    }

    [Fact]
    public void Lies_in_the_buckets_that_containerd_looks_into()
    {
        BoltBucket schema = MetadataWriter.ToBolt(Sample(MetadataVersion.Containerd1)).FindBucket("v1")!;
        Assert.Equal([6], schema.FindValue("version")!.Value.ToArray());
        Assert.Equal(
            [8],
            MetadataWriter.ToBolt(Sample(MetadataVersion.Containerd2)).FindBucket("v1")!.FindValue("version")!.Value.ToArray()
        );
        BoltBucket image = schema.FindBucket("k8s.io")!.FindBucket("images")!.FindBucket("registry.test/a:1")!;
        Assert.Equal(
            Digest.Of([1]).ToString(),
            System.Text.Encoding.UTF8.GetString(image.FindBucket("target")!.FindValue("digest")!.Value.Span)
        );
        Assert.NotNull(
            schema
                .FindBucket("k8s.io")!
                .FindBucket("content")!
                .FindBucket("blob")!
                .FindBucket(Digest.Of([1]).ToString())!
                .FindValue("createdat")
        );
    }

    [Fact]
    public void A_time_is_written_as_Go_marshals_it()
    {
        // 2023-01-01T00:00:00Z: 62135596800 + 1672531200 seconds since the year 1, no nanoseconds, zone UTC.
        byte[] bytes = GoTime.Write(new DateTimeOffset(2023, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal("01" + "0000000edb42c400" + "00000000" + "ffff", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Any_time_survives() =>
        Prop.ForAll(
                Arb.From(Gen.Choose(0, int.MaxValue).Two()),
                static pair =>
                {
                    DateTimeOffset time = DateTimeOffset.UnixEpoch.AddSeconds(pair.Item1).AddTicks(pair.Item2 % TimeSpan.TicksPerSecond);
                    return GoTime.TryRead(GoTime.Write(time)) == time;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_time_with_a_zone_or_of_Go_s_second_version_is_read_as_its_instant()
    {
        byte[] zoned = GoTime.Write(Epoch);
        zoned[13] = 0;
        zoned[14] = 120;
        Assert.Equal(Epoch, GoTime.TryRead(zoned));
        Assert.Equal(Epoch, GoTime.TryRead([2, .. zoned[1..], 30]));
        Assert.Null(GoTime.TryRead(zoned.AsSpan(1)));
        Assert.Null(GoTime.TryRead([3, .. zoned[1..]]));
        Assert.Null(GoTime.TryRead([1, .. Enumerable.Repeat((byte)0x7F, 14)]));
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(3, "06")]
    [InlineData(4, "08")]
    [InlineData(64, "8001")]
    [InlineData(long.MaxValue, "feffffffffffffffff01")]
    [InlineData(long.MinValue, "ffffffffffffffffff01")]
    public void A_number_is_zig_zag_in_seven_bits_a_byte(long value, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(GoVarint.Write(value)));
        Assert.Equal(value, GoVarint.TryRead(Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("0000")]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("ffffffffffffffffffff01")]
    public void Bytes_that_are_no_number_are_refused(string hex) => Assert.Null(GoVarint.TryRead(Convert.FromHexString(hex)));

    [Fact]
    public void A_database_of_another_program_or_schema_is_refused()
    {
        Refused("NF6121", BoltTrees("other", new BoltBucketBuilder().Build()));
        Refused("NF6121", BoltTrees("v1", new BoltBucketBuilder().Add("version", GoVarint.Write(9)).Build()));
        Refused("NF6122", BoltTrees("v1", BoltBucket.Empty));
    }

    [Fact]
    public void A_record_that_lacks_a_field_or_has_a_wrong_one_is_named()
    {
        Diagnostic problem = Refused("NF6122", WithBlob("sha256:none", "size", GoVarint.Write(1)));
        Assert.Contains("k8s.io/content/blob/sha256:none", problem.Where!.Detail, StringComparison.Ordinal);
        Refused("NF6122", WithBlob(Digest.Of([1]).ToString(), "size", [0x80]));
        Assert.Equal("the record has no 'size'", Refused("NF6122", WithBlob(Digest.Of([1]).ToString(), "other", GoVarint.Write(1))).What);
    }

    private static BoltBucket WithBlob(string digest, string key, byte[] value)
    {
        BoltBucket blob = new BoltBucketBuilder()
            .Add("createdat", GoTime.Write(Epoch))
            .Add("updatedat", GoTime.Write(Epoch))
            .Add(key, value)
            .Build();
        BoltBucket space = BoltTrees("content", BoltTrees("blob", BoltTrees(digest, blob)));
        return BoltTrees("v1", new BoltBucketBuilder().Add("version", GoVarint.Write(3)).Add("k8s.io", space).Build());
    }

    private static BoltBucket BoltTrees(string key, BoltBucket bucket) => new BoltBucketBuilder().Add(key, bucket).Build();

    private static Diagnostic Refused(string code, BoltBucket root)
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => MetadataReader.FromBolt(root, "meta.db"));
        Assert.Equal(code, failure.Diagnostics[0].Code.Id);
        return failure.Diagnostics[0];
    }

    private static ContainerdMetadata Sample(MetadataVersion version) =>
        new(
            version,
            [
                new MetadataNamespace("k8s.io")
                {
                    Labels = new Dictionary<string, string> { ["k"] = "v" },
                    Images =
                    [
                        new ImageRecord(
                            "registry.test/a:1",
                            new Descriptor("m", Digest.Of([1]), 5_000_000_000)
                            {
                                Annotations = new(StringComparer.Ordinal) { ["x"] = "y" },
                            },
                            Epoch,
                            Epoch.AddTicks(1)
                        )
                        {
                            Labels = new Dictionary<string, string> { ["filled"] = "1", ["empty"] = "" },
                        },
                    ],
                    Snapshotters =
                    [
                        new SnapshotterRecords(
                            "overlayfs",
                            9,
                            [
                                new SnapshotRecord("over", "k8s.io/7/over", Epoch, Epoch)
                                {
                                    Parent = "below",
                                    Labels = new Dictionary<string, string> { ["c"] = "d" },
                                },
                                new SnapshotRecord("below", "k8s.io/1/below", Epoch, Epoch),
                            ]
                        ),
                    ],
                    Content =
                    [
                        new ContentRecord(Digest.Of([1]), 7, Epoch, Epoch) { Labels = new Dictionary<string, string> { ["a"] = "b" } },
                    ],
                },
            ]
        );
}
