namespace NodeForge.Containerd.Metadata;

/// <summary>The keys of schema v1 (containerd: metadata/buckets.go). The bucket of images is called "images", whatever the comment there
/// says.</summary>
internal static class MetadataSchema
{
    public const string Root = "v1";
    public const string Version = "version";
    public const string Labels = "labels";
    public const string Annotations = "annotations";
    public const string Images = "images";
    public const string Target = "target";
    public const string Content = "content";
    public const string Blob = "blob";
    public const string Snapshots = "snapshots";
    public const string Name = "name";
    public const string Parent = "parent";
    public const string Parents = "parents";
    public const string Children = "children";
    public const string Id = "id";
    public const string Kind = "kind";
    public const string Inodes = "inodes";
    public const string Digest = "digest";
    public const string MediaType = "mediatype";
    public const string Size = "size";
    public const string CreatedAt = "createdat";
    public const string UpdatedAt = "updatedat";
}
