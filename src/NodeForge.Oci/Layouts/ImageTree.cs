using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layouts;

/// <summary>A manifest or index of a store with everything under it, found present.</summary>
/// <param name="Root">The manifest or index.</param>
/// <param name="Documents">Manifests before the indexes that name them, the root last; none twice.</param>
/// <param name="Blobs">Configs and layers in the order of the manifests; none twice.</param>
/// <param name="Manifests">Every image: its descriptor and its manifest.</param>
public sealed record ImageTree(
    Descriptor Root,
    IReadOnlyList<Descriptor> Documents,
    IReadOnlyList<Descriptor> Blobs,
    IReadOnlyList<(Descriptor Descriptor, Manifest Manifest)> Manifests)
{
    // An index of indexes is the most that is found in the wild.
    private const int Deepest = 8;
    private const int MostDocuments = 10_000;

    /// <summary>Reads the documents and looks for every blob.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMissing"/>, <see cref="ErrorCodes.ImageBlobMismatch"/> (a size, or a document's digest),
    /// <see cref="ErrorCodes.InvalidImageDocument"/>.</exception>
    public static ImageTree Read(BlobStore store, Descriptor root, Location where)
    {
        Walk walk = new(store, where);
        walk.Visit(root, depth: 0);
        return new(root, walk.Documents, walk.Blobs, walk.Manifests);
    }

    /// <summary>Reads a manifest, index or config whole and checks that it is what its descriptor says.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Read"/>.</exception>
    public static byte[] ReadDocument(BlobStore store, Descriptor descriptor, Location where)
    {
        CheckPresent(store, descriptor, where);
        if (descriptor.Size > ImageDocument.MaxBytes)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"the document is longer than {ImageDocument.MaxBytes} bytes") { Where = At(where, descriptor), Got = $"{descriptor.Size} bytes" });
        byte[] bytes = new byte[descriptor.Size];
        using FileStream file = store.OpenRead(descriptor.Digest);
        file.ReadExactly(bytes);
        if (Digest.Of(bytes) is var digest && digest != descriptor.Digest)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMismatch, "the blob is not what its name says") { Where = At(where, descriptor), Got = digest.ToString(), Want = descriptor.Digest.ToString() });
        return bytes;
    }

    internal static Location At(Location where, Descriptor descriptor) => where with { Detail = $"{descriptor.MediaType} {descriptor.Digest}" };

    private static void CheckPresent(BlobStore store, Descriptor descriptor, Location where)
    {
        long size = store.SizeOf(descriptor.Digest)
            ?? throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMissing, "the image names a blob that is not there") { Where = At(where, descriptor), Mend = "get a whole copy of the image" });
        if (size != descriptor.Size)
        {
            store.RequireSound(descriptor.Digest); // a cache's own damage is nothing that the image is to be blamed for
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageBlobMismatch, "the blob does not have the size that the image names") { Where = At(where, descriptor), Got = $"{size} bytes", Want = $"{descriptor.Size} bytes" });
        }
    }

    private sealed class Walk(BlobStore store, Location where)
    {
        private readonly HashSet<Digest> seen = [];

        public List<Descriptor> Documents { get; } = [];

        public List<Descriptor> Blobs { get; } = [];

        public List<(Descriptor, Manifest)> Manifests { get; } = [];

        public void Visit(Descriptor descriptor, int depth)
        {
            if (!seen.Add(descriptor.Digest))
                return;
            if (depth > Deepest || seen.Count > MostDocuments)
                throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"the index leads to more than {Deepest} levels or {MostDocuments} documents") { Where = At(where, descriptor) });
            byte[] bytes = ReadDocument(store, descriptor, where);
            if (MediaTypes.IsIndex(descriptor.MediaType))
            {
                foreach (Descriptor child in ImageDocument.ReadIndex(bytes, At(where, descriptor)).Manifests)
                    Visit(child, depth + 1);
            }
            else
                AddManifest(descriptor, ImageDocument.ReadManifest(bytes, At(where, descriptor)));

            Documents.Add(descriptor);
        }

        private void AddManifest(Descriptor descriptor, Manifest manifest)
        {
            Manifests.Add((descriptor, manifest));
            foreach (Descriptor blob in manifest.Layers.Prepend(manifest.Config))
            {
                CheckPresent(store, blob, where);
                if (seen.Add(blob.Digest))
                    Blobs.Add(blob);
            }
        }
    }
}
