using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Transports;

/// <summary>Images as a layout has them: how they stand in its index, and every blob once.</summary>
internal sealed class WrittenImages
{
    private readonly List<Descriptor> entries = [];
    private readonly Dictionary<Digest, WrittenBlob> blobs = [];

    public WrittenImages(IReadOnlyList<Image> images)
    {
        foreach (Image image in images)
        {
            // The platforms of an image share the entry of their index.
            entries.AddRange(LayoutIndex.EntriesOf(image).Where(entry => !entries.Any(other => LayoutIndex.IsSame(entry, other))));
            Add(image.RawConfig);
            foreach (Layer layer in image.Layers)
            {
                layer.RequirePresent(image.Name);
                blobs.TryAdd(layer.Descriptor.Digest, new(layer.Descriptor, layer, default));
            }

            Add(image.RawManifest);
            foreach (RawDocument index in image.Indexes.Reverse())
                Add(index);
        }

        IReadOnlyList<Artifact> all = Artifact.Of(images);
        Attached = [.. all.Where(artifact => !artifact.IsInIndex)];
        foreach (Artifact artifact in all)
            Add(artifact);
    }

    public IReadOnlyList<Descriptor> Entries => entries;

    /// <summary>What is attached to the images, but for what their indexes list.</summary>
    public IReadOnlyList<Artifact> Attached { get; }

    /// <summary>Configs, layers and documents.</summary>
    public IReadOnlyCollection<WrittenBlob> Blobs => blobs.Values;

    private void Add(Artifact artifact)
    {
        foreach (Layer blob in artifact.Blobs)
            blobs.TryAdd(blob.Descriptor.Digest, new(blob.Descriptor, blob, default));
        Add(artifact.Manifest);
    }

    private void Add(RawDocument document) => blobs.TryAdd(document.Descriptor.Digest, new(document.Descriptor, null, document.Bytes));
}

/// <summary>A layer, or a document's bytes.</summary>
internal sealed record WrittenBlob(Descriptor Descriptor, Layer? Layer, ReadOnlyMemory<byte> Bytes)
{
    public LayerContent Content =>
        Layer switch
        {
            null => new InlineContent(Bytes),
            { Store: { } store } => new BlobContent(store, Descriptor.Digest),
            _ => new ForeignContent(Layer),
        };

    // Archives are written by a thread of their own, entry by entry.
    private sealed record ForeignContent(Layer Layer) : LayerContent
    {
        public override Stream Open() => Layer.OpenAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Brings the blob into a store on this machine: by hard link where the file system can, else by copy.</summary>
    public async Task BringAsync(BlobStore target, CancellationToken cancellationToken)
    {
        string path = target.PathOf(Descriptor.Digest);
        AtomicFile.Guard(path, () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        // A blob is never written again once it has its name, so both stores may share it. A cache hashes it before, once in a process;
        // what lay there is replaced, which is
        // quicker than to find out whether it is sound.
        if (Layer?.Store is { } source && AtomicFile.Guard(path, () => source.TryLink(Descriptor.Digest, path)))
            return;
        if (target.SizeOf(Descriptor.Digest) == Descriptor.Size && target.Holds(Descriptor.Digest))
            return;
        Stream content = Layer is null
            ? new MemoryStream(Bytes.ToArray(), writable: false)
            : await Layer.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
            await target
                .WriteAsync(content, Descriptor.MediaType, Descriptor.Digest, Descriptor.Size, cancellationToken)
                .ConfigureAwait(false);
    }
}
