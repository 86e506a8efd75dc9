using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Metadata;

/// <summary>A committed snapshot of the overlay snapshotter: the folder <c>snapshots/NUMBER/fs</c>, over nothing.</summary>
/// <param name="Number">1 or more.</param>
/// <param name="Name">What the metadata database calls it.</param>
/// <param name="Usage">What it takes.</param>
/// <param name="Created">Kept to 100 ns.</param>
public sealed record OverlaySnapshot(ulong Number, string Name, SnapshotUsage Usage, DateTimeOffset Created);

/// <summary>What a snapshot takes on a disk; the kubelet's statistics are made of it.</summary>
/// <param name="Bytes">Of its files.</param>
/// <param name="Inodes">Its files and folders, the root too.</param>
public sealed record SnapshotUsage(long Bytes, long Inodes);

/// <summary>Writes the overlay snapshotter's own database, <c>metadata.db</c> (containerd: snapshots/storage/bolt.go).</summary>
public static class OverlaySnapshots
{
    private const byte Committed = 3;

    /// <param name="snapshots">No name twice.</param>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public static BoltBucket ToBolt(IReadOnlyList<OverlaySnapshot> snapshots)
    {
        BoltBucketBuilder bucket = new();
        foreach (OverlaySnapshot snapshot in snapshots)
            bucket.Add(snapshot.Name, ToBolt(snapshot));
        // The number of the next snapshot: a folder of that number must not be there.
        ulong sequence = snapshots.Select(static snapshot => snapshot.Number).DefaultIfEmpty().Max();
        return new BoltBucketBuilder()
            .Add(
                MetadataSchema.Root,
                new BoltBucketBuilder()
                    .Add(MetadataSchema.Snapshots, bucket.Build(sequence))
                    .Add(MetadataSchema.Parents, BoltBucket.Empty)
                    .Build()
            )
            .Build();
    }

    private static BoltBucket ToBolt(OverlaySnapshot snapshot) =>
        new BoltBucketBuilder()
            .Add(MetadataSchema.Id, GoVarint.WriteUnsigned(snapshot.Number))
            .Add(MetadataSchema.Kind, new byte[] { Committed })
            .Add(MetadataSchema.Size, GoVarint.Write(snapshot.Usage.Bytes))
            .Add(MetadataSchema.Inodes, GoVarint.Write(snapshot.Usage.Inodes))
            .Add(MetadataSchema.CreatedAt, GoTime.Write(snapshot.Created))
            .Add(MetadataSchema.UpdatedAt, GoTime.Write(snapshot.Created))
            .Build();
}
