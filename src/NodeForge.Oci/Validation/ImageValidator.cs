using NodeForge.Oci.Content;
using NodeForge.Oci.Layouts;

namespace NodeForge.Oci.Validation;

/// <summary>Reads every byte of an image again and trusts nothing: digests, sizes, diff IDs, media types, the layers' archives.</summary>
public static class ImageValidator
{
    private const int Deepest = 8;

    /// <param name="store">Holds the image.</param>
    /// <param name="root">Its manifest or index.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Everything that is wrong, at once; an error in one blob hides none in another.</returns>
    public static Task<ValidationReport> ValidateAsync(BlobStore store, Descriptor root, string name, CancellationToken cancellationToken) =>
        Task.Run(() => new Run(store, new(name), cancellationToken).Validate(root), cancellationToken);

    private sealed class Run(BlobStore store, Location where, CancellationToken cancellationToken)
    {
        private readonly FolderBlobs blobs = new(store);
        private readonly List<Diagnostic> problems = [];
        private readonly List<ValidatedImage> images = [];
        private readonly Dictionary<Digest, ValidatedLayer?> layers = [];
        private readonly HashSet<Digest> seen = [];
        private long bytes;

        public ValidationReport Validate(Descriptor root)
        {
            Collect(() => Visit(root, 0));
            return new(root, images, bytes, problems);
        }

        private void Visit(Descriptor descriptor, int depth)
        {
            if (depth > Deepest)
                throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"indexes lead to indexes, more than {Deepest} deep") { Where = ImageTree.At(where, descriptor) });
            if (!seen.Add(descriptor.Digest))
                return;
            byte[] document = Read(descriptor);
            if (!MediaTypes.IsIndex(descriptor.MediaType))
            {
                VisitManifest(descriptor, ImageDocument.ReadManifest(document, ImageTree.At(where, descriptor)));
                return;
            }

            foreach (Descriptor child in ImageDocument.ReadIndex(document, ImageTree.At(where, descriptor)).Manifests)
                Collect(() => Visit(child, depth + 1));
        }

        private void VisitManifest(Descriptor descriptor, Manifest manifest)
        {
            ImageConfig? config = null;
            Collect(() => config = ImageDocument.ReadConfig(Read(manifest.Config), ImageTree.At(where, manifest.Config)));
            List<ValidatedLayer> sound = [];
            for (int i = 0; i < manifest.Layers.Count; i++)
            {
                Descriptor layer = manifest.Layers[i];
                Collect(() => Check(layer));
                if (layers.GetValueOrDefault(layer.Digest) is not { } found)
                    continue;
                sound.Add(found);
                if (config is not null && i < config.RootFs.DiffIds.Count && config.RootFs.DiffIds[i] != found.DiffId)
                    problems.Add(new(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says") { Where = ImageTree.At(where, layer), Got = found.DiffId.ToString(), Want = config.RootFs.DiffIds[i].ToString() });
            }

            if (config is null)
                return;
            CheckAgreement(descriptor, manifest, config);
            images.Add(new(descriptor, manifest.Config.Digest, config.Platform, sound));
        }

        private void CheckAgreement(Descriptor descriptor, Manifest manifest, ImageConfig config)
        {
            if (manifest.Layers.Count != config.RootFs.DiffIds.Count)
                problems.Add(new(ErrorCodes.DiffIdMismatch, "the manifest has another number of layers than the image config has diff IDs") { Where = ImageTree.At(where, descriptor), Got = $"{manifest.Layers.Count} layers", Want = $"{config.RootFs.DiffIds.Count}" });
            if (descriptor.Platform is { } stated && (stated.Os != config.Os || stated.Architecture != config.Architecture))
                problems.Add(new(ErrorCodes.PlatformMissing, "the index gives the image another platform than its config") { Where = ImageTree.At(where, descriptor), Got = config.Platform.ToString(), Want = stated.ToString() });
        }

        // A layer that many images share is read once.
        private void Check(Descriptor layer)
        {
            blobs.Check(layer, where);
            if (layers.ContainsKey(layer.Digest))
                return;
            layers[layer.Digest] = null;
            bytes += layer.Size;
            layers[layer.Digest] = new LayerCheck(store, problems, cancellationToken).Run(layer, where);
        }

        private byte[] Read(Descriptor descriptor)
        {
            byte[] document = blobs.ReadDocument(descriptor, where);
            bytes += document.Length;
            return document;
        }

        private void Collect(Action step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                step();
            }
            catch (NodeForgeException problem)
            {
                problems.AddRange(problem.Diagnostics);
            }
        }
    }
}
