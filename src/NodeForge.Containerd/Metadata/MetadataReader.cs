using System.Text;
using NodeForge.Containerd.Bolt;
using NodeForge.Oci;

namespace NodeForge.Containerd.Metadata;

/// <summary>Reads what a <c>meta.db</c> says about images, content and snapshots, be it containerd's or ours.</summary>
/// <remarks>Records come in the order of their names' bytes. containerd holds a lock on the file while it runs: stop it first, or read a
/// copy.</remarks>
public static class MetadataReader
{
    /// <param name="path">The database's path.</param>
    /// <exception cref="NodeForgeException">NF6101 to NF6107: no valid bbolt file; NF6121, NF6122: not containerd's records; NF9005: cannot
    /// be opened.</exception>
    public static ContainerdMetadata Read(string path) => FromBolt(BoltReader.Read(path), path);

    /// <param name="source">The whole file; must seek.</param>
    /// <param name="name">What messages call it: its path.</param>
    /// <exception cref="NodeForgeException">NF6101 to NF6107: no valid bbolt file; NF6121, NF6122: not containerd's records.</exception>
    public static ContainerdMetadata Read(Stream source, string name) => FromBolt(BoltReader.Read(source, name), name);

    /// <param name="root">The root bucket of a <c>meta.db</c>.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="NodeForgeException">NF6121: another schema; NF6122: a record that cannot be read.</exception>
    public static ContainerdMetadata FromBolt(BoltBucket root, string name)
    {
        RecordBucket schema = new RecordBucket(name, "", root).Child(MetadataSchema.Root) ?? throw Unknown(name, "no bucket 'v1'");
        long version = schema.Number(MetadataSchema.Version);
        if (!Enum.IsDefined((MetadataVersion)version))
            throw Unknown(name, $"version {version}");
        return new((MetadataVersion)version, [.. schema.Children().Select(Namespace)]);
    }

    private static MetadataNamespace Namespace(RecordBucket space) =>
        new(space.Name)
        {
            Labels = space.Texts(MetadataSchema.Labels),
            Images = [.. space.Child(MetadataSchema.Images)?.Children().Select(Image) ?? []],
            Content = [.. space.Child(MetadataSchema.Content)?.Child(MetadataSchema.Blob)?.Children().Select(Blob) ?? []],
            Snapshotters = [.. space.Child(MetadataSchema.Snapshots)?.Children().Select(Snapshotter) ?? []],
        };

    private static SnapshotterRecords Snapshotter(RecordBucket snapshotter) =>
        new(snapshotter.Name, snapshotter.Bucket.Sequence, [.. snapshotter.Children().Select(Snapshot)]);

    private static SnapshotRecord Snapshot(RecordBucket snapshot) =>
        new(
            snapshot.Name,
            snapshot.Text(MetadataSchema.Name),
            snapshot.Time(MetadataSchema.CreatedAt),
            snapshot.Time(MetadataSchema.UpdatedAt)
        )
        {
            Parent = snapshot.Bucket.FindValue(MetadataSchema.Parent) is null ? null : snapshot.Text(MetadataSchema.Parent),
            Labels = snapshot.Texts(MetadataSchema.Labels),
        };

    private static ImageRecord Image(RecordBucket image)
    {
        RecordBucket target = image.Child(MetadataSchema.Target) ?? throw image.Invalid("the image has no target");
        IReadOnlyDictionary<string, string> annotations = image.Texts(MetadataSchema.Annotations);
        Descriptor descriptor = new(
            target.Text(MetadataSchema.MediaType),
            Digest(target, target.Text(MetadataSchema.Digest)),
            target.Number(MetadataSchema.Size)
        )
        {
            Annotations = annotations.Count == 0 ? null : new(annotations.ToDictionary(), StringComparer.Ordinal),
        };
        return new(image.Name, descriptor, image.Time(MetadataSchema.CreatedAt), image.Time(MetadataSchema.UpdatedAt))
        {
            Labels = image.Texts(MetadataSchema.Labels),
        };
    }

    private static ContentRecord Blob(RecordBucket blob) =>
        new(
            Digest(blob, blob.Name),
            blob.Number(MetadataSchema.Size),
            blob.Time(MetadataSchema.CreatedAt),
            blob.Time(MetadataSchema.UpdatedAt)
        )
        {
            Labels = blob.Texts(MetadataSchema.Labels),
        };

    private static Digest Digest(RecordBucket record, string text) =>
        Oci.Digest.TryParse(text, out Digest digest)
            ? digest
            : throw record.Invalid("a digest is not of the form sha256:<64 hexadecimal digits>", text);

    private static NodeForgeException Unknown(string file, string got) =>
        new(
            new Diagnostic(ErrorCodes.MetadataVersionUnknown, "this is no containerd metadata that is known here")
            {
                Where = new(file),
                Got = got,
                Want = "schema v1, version 3 or 4",
                Hint = ErrorCodes.MetadataVersionUnknown.Remedy,
            }
        );
}
