namespace NodeForge.Oci.Validation;

/// <summary>Reads every byte of an image again and trusts nothing: digests, sizes, diff IDs, media types, the layers' archives.</summary>
public static class ImageValidator
{
    private const int Deepest = 8;

    /// <param name="source">Has the image, of whatever kind it is.</param>
    /// <param name="entry">One of its list.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Everything that is wrong, at once; an error in one blob hides none in another.</returns>
    /// <exception cref="NodeForgeException">The source does not say what the entry stands for.</exception>
    public static Task<ValidationReport> ValidateAsync(IImageSource source, ImageEntry entry, CancellationToken cancellationToken) =>
        Task.Run(
            async () =>
                await new Run(source, new(entry.DisplayName), cancellationToken)
                    .ValidateAsync(await source.RootsAsync(entry, cancellationToken).ConfigureAwait(false))
                    .ConfigureAwait(false),
            cancellationToken
        );

    private sealed class Run(IImageSource source, Location where, CancellationToken cancellationToken)
    {
        private readonly List<Diagnostic> problems = [];
        private readonly List<ValidatedImage> images = [];
        private readonly Dictionary<Digest, ValidatedLayer?> layers = [];
        private readonly HashSet<Digest> seen = [];
        private long bytes;

        public async Task<ValidationReport> ValidateAsync(IReadOnlyList<Descriptor> roots)
        {
            foreach (Descriptor root in roots)
                await CollectAsync(() => VisitAsync(root, 0)).ConfigureAwait(false);
            return new(roots[0], images, bytes, problems);
        }

        private async Task VisitAsync(Descriptor descriptor, int depth)
        {
            if (depth > Deepest)
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.InvalidImageDocument, $"indexes lead to indexes, more than {Deepest} deep")
                    {
                        Where = At(descriptor),
                    }
                );
            if (!seen.Add(descriptor.Digest))
                return;
            RawDocument document = await ReadAsync(descriptor).ConfigureAwait(false);
            if (!document.IsIndex)
            {
                await VisitManifestAsync(descriptor, ImageDocument.ReadManifest(document.Bytes, At(descriptor))).ConfigureAwait(false);
                return;
            }

            foreach (Descriptor child in ImageDocument.ReadIndex(document.Bytes, At(descriptor)).Manifests)
                await CollectAsync(() => VisitAsync(child, depth + 1)).ConfigureAwait(false);
        }

        private async Task VisitManifestAsync(Descriptor descriptor, Manifest manifest)
        {
            ImageConfig? config = null;
            await CollectAsync(async () =>
                    config = ImageDocument.ReadConfig((await ReadAsync(manifest.Config).ConfigureAwait(false)).Bytes, At(manifest.Config))
                )
                .ConfigureAwait(false);
            List<ValidatedLayer> sound = [];
            for (int i = 0; i < manifest.Layers.Count; i++)
            {
                Descriptor layer = manifest.Layers[i];
                await CollectAsync(() => CheckAsync(layer)).ConfigureAwait(false);
                if (layers.GetValueOrDefault(layer.Digest) is not { } found)
                    continue;
                sound.Add(found);
                if (config is not null && i < config.RootFs.DiffIds.Count && config.RootFs.DiffIds[i] != found.DiffId)
                    problems.Add(
                        new(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says")
                        {
                            Where = At(layer),
                            Got = found.DiffId.ToString(),
                            Want = config.RootFs.DiffIds[i].ToString(),
                        }
                    );
            }

            if (config is null)
                return;
            CheckAgreement(descriptor, manifest, config);
            images.Add(new(descriptor, manifest.Config.Digest, config.Platform, sound));
        }

        private void CheckAgreement(Descriptor descriptor, Manifest manifest, ImageConfig config)
        {
            if (manifest.Layers.Count != config.RootFs.DiffIds.Count)
                problems.Add(
                    new(ErrorCodes.DiffIdMismatch, "the manifest has another number of layers than the image config has diff IDs")
                    {
                        Where = At(descriptor),
                        Got = $"{manifest.Layers.Count} layers",
                        Want = $"{config.RootFs.DiffIds.Count}",
                    }
                );
            if (descriptor.Platform is { } stated && (stated.Os != config.Os || stated.Architecture != config.Architecture))
                problems.Add(
                    new(ErrorCodes.PlatformMissing, "the index gives the image another platform than its config")
                    {
                        Where = At(descriptor),
                        Got = config.Platform.ToString(),
                        Want = stated.ToString(),
                    }
                );
        }

        // A layer that many images share is read once.
        private async Task CheckAsync(Descriptor layer)
        {
            await source.CheckAsync(layer, where, cancellationToken).ConfigureAwait(false);
            if (layers.ContainsKey(layer.Digest))
                return;
            layers[layer.Digest] = null;
            bytes += layer.Size;
            Stream content = await source.OpenAsync(layer, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
                layers[layer.Digest] = new LayerCheck(problems, cancellationToken).Run(content, layer, At(layer));
        }

        private async Task<RawDocument> ReadAsync(Descriptor descriptor)
        {
            RawDocument document = await source.ReadDocumentAsync(descriptor, where, cancellationToken).ConfigureAwait(false);
            bytes += document.Bytes.Length;
            return document;
        }

        private Location At(Descriptor descriptor) => where with { Detail = source.DetailOf(descriptor) };

        private async Task CollectAsync(Func<Task> step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await step().ConfigureAwait(false);
            }
            catch (NodeForgeException problem)
            {
                problems.AddRange(problem.Diagnostics);
            }
        }
    }
}
