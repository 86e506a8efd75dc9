namespace NodeForge.Oci.Layers;

/// <summary>Takes whole images into a store.</summary>
public static class ImageIntake
{
    /// <summary>Takes an image: layers first, then its documents, the outermost index last, so that nothing half-taken has a manifest.
    /// Blobs that are there are not written again.</summary>
    /// <returns>The same image, in the store, every byte checked.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageBlobMismatch"/>, <see cref="ErrorCodes.DiffIdMismatch"/>,
    /// <see cref="ErrorCodes.LayerMediaTypeMismatch"/>,
    /// <see cref="ErrorCodes.LayerUnreadable"/>, <see cref="ErrorCodes.DiskFull"/>, and what the source fails with.</exception>
    public static Task<Image> TakeAsync(this BlobStore store, Image image, CancellationToken cancellationToken) =>
        Task.Run(
            async () =>
            {
                LayerIntake intake = new(store, cancellationToken);
                List<Layer> layers = [];
                foreach (Layer layer in image.Layers)
                    layers.Add(await intake.TakeAsync(layer).ConfigureAwait(false));
                foreach (RawDocument document in image.Indexes.Reverse().Prepend(image.RawManifest).Prepend(image.RawConfig))
                    store.Write(document.Bytes.Span);
                return image with { Layers = layers };
            },
            cancellationToken
        );
}
