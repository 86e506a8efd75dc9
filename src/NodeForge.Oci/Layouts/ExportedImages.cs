using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>Images to be written, read and found whole.</summary>
/// <param name="Entries">How the images stand in an index.</param>
/// <param name="Blobs">Every blob once: configs, layers and documents.</param>
internal sealed record ExportedImages(IReadOnlyList<Descriptor> Entries, IReadOnlyList<Descriptor> Blobs)
{
    public static ExportedImages Read(BlobStore source, IReadOnlyList<NamedImage> images, Location where)
    {
        List<Descriptor> entries = [];
        Dictionary<Digest, Descriptor> blobs = [];
        foreach (NamedImage image in images)
        {
            Location here = new(image.Reference?.ToString() ?? image.Tag ?? where.Resource);
            ImageTree tree = ImageTree.Read(source, image.Root, here);
            entries.Add(LayoutIndex.Entry(image, tree, source, here));
            foreach (Descriptor blob in tree.Blobs.Concat(tree.Documents))
                blobs.TryAdd(blob.Digest, blob);
        }

        return new(entries, [.. blobs.Values]);
    }

    public async Task BringToAsync(BlobStore source, BlobStore target, CancellationToken cancellationToken)
    {
        foreach (Descriptor blob in Blobs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await BlobTransfer.BringAsync(source, target, blob, cancellationToken).ConfigureAwait(false);
        }
    }
}
