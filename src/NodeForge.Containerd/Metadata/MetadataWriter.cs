using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Metadata;

/// <summary>Writes <see cref="ContainerdMetadata"/> as containerd's <c>meta.db</c>. The bytes are a function of the records alone, in
/// whatever order they come.</summary>
public static class MetadataWriter
{
    /// <param name="metadata">No namespace, image name or digest twice.</param>
    /// <param name="target">Receives the file.</param>
    /// <exception cref="ArgumentException">A record comes twice, or has a name that a bbolt key cannot hold.</exception>
    public static void Write(ContainerdMetadata metadata, Stream target) => BoltWriter.Write(ToBolt(metadata), target);

    /// <summary>The tree of buckets, for those who add records of their own.</summary>
    /// <exception cref="ArgumentException">A record comes twice, or has a name that a bbolt key cannot hold.</exception>
    public static BoltBucket ToBolt(ContainerdMetadata metadata)
    {
        BoltBucketBuilder schema = new();
        schema.Add(MetadataSchema.Version, GoVarint.Write((long)metadata.Version));
        foreach (MetadataNamespace space in metadata.Namespaces)
            schema.Add(space.Name, Namespace(space));
        return new BoltBucketBuilder().Add(MetadataSchema.Root, schema.Build()).Build();
    }

    private static BoltBucket Namespace(MetadataNamespace space)
    {
        BoltBucketBuilder bucket = new();
        AddText(bucket, MetadataSchema.Labels, space.Labels);
        if (space.Images.Count > 0)
            bucket.Add(MetadataSchema.Images, Named(space.Images, static image => image.Name, Image));
        if (space.Content.Count > 0)
            bucket.Add(
                MetadataSchema.Content,
                new BoltBucketBuilder().Add(MetadataSchema.Blob, Named(space.Content, static blob => blob.Digest.ToString(), Blob)).Build()
            );
        if (space.Snapshotters.Count > 0)
            bucket.Add(MetadataSchema.Snapshots, Named(space.Snapshotters, static snapshotter => snapshotter.Name, Snapshotter));
        return bucket.Build();
    }

    private static BoltBucket Named<T>(IEnumerable<T> records, Func<T, string> name, Func<T, BoltBucket> record)
    {
        BoltBucketBuilder bucket = new();
        foreach (T item in records)
            bucket.Add(name(item), record(item));
        return bucket.Build();
    }

    private static BoltBucket Image(ImageRecord image)
    {
        BoltBucketBuilder bucket = Times(image.CreatedAt, image.UpdatedAt);
        AddText(bucket, MetadataSchema.Labels, image.Labels);
        AddText(bucket, MetadataSchema.Annotations, image.Target.Annotations);
        return bucket
            .Add(
                MetadataSchema.Target,
                new BoltBucketBuilder()
                    .Add(MetadataSchema.Digest, image.Target.Digest.ToString())
                    .Add(MetadataSchema.MediaType, image.Target.MediaType)
                    .Add(MetadataSchema.Size, GoVarint.Write(image.Target.Size))
                    .Build()
            )
            .Build();
    }

    private static BoltBucket Blob(ContentRecord blob)
    {
        BoltBucketBuilder bucket = Times(blob.CreatedAt, blob.UpdatedAt).Add(MetadataSchema.Size, GoVarint.Write(blob.Size));
        AddText(bucket, MetadataSchema.Labels, blob.Labels);
        return bucket.Build();
    }

    // A snapshot without its parent's word of it would be removed from under it.
    private static BoltBucket Snapshotter(SnapshotterRecords snapshotter)
    {
        ILookup<string?, SnapshotRecord> children = snapshotter.Snapshots.ToLookup(static snapshot => snapshot.Parent);
        BoltBucketBuilder bucket = new();
        foreach (SnapshotRecord snapshot in snapshotter.Snapshots)
            bucket.Add(snapshot.Key, Snapshot(snapshot, children[snapshot.Key]));
        return bucket.Build(snapshotter.Sequence);
    }

    private static BoltBucket Snapshot(SnapshotRecord snapshot, IEnumerable<SnapshotRecord> children)
    {
        BoltBucketBuilder bucket = Times(snapshot.CreatedAt, snapshot.UpdatedAt).Add(MetadataSchema.Name, snapshot.Name);
        if (snapshot.Parent is { } parent)
            bucket.Add(MetadataSchema.Parent, parent);
        BoltBucketBuilder links = new();
        foreach (SnapshotRecord child in children)
            links.Add(child.Key, ReadOnlyMemory<byte>.Empty);
        if (links.Build() is { Entries.Count: > 0 } linked)
            bucket.Add(MetadataSchema.Children, linked);
        AddText(bucket, MetadataSchema.Labels, snapshot.Labels);
        return bucket.Build();
    }

    private static BoltBucketBuilder Times(DateTimeOffset created, DateTimeOffset updated) =>
        new BoltBucketBuilder().Add(MetadataSchema.CreatedAt, GoTime.Write(created)).Add(MetadataSchema.UpdatedAt, GoTime.Write(updated));

    // containerd neither stores empty values nor a bucket without any.
    private static void AddText(BoltBucketBuilder parent, string key, IEnumerable<KeyValuePair<string, string>>? values)
    {
        KeyValuePair<string, string>[] kept = [.. (values ?? []).Where(static value => value.Value.Length > 0)];
        if (kept.Length == 0)
            return;
        BoltBucketBuilder bucket = new();
        foreach ((string name, string value) in kept)
            bucket.Add(name, value);
        parent.Add(key, bucket.Build());
    }
}
