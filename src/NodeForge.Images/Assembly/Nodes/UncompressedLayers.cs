using NodeForge.Oci;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Unpacks the layers of images to preload and writes their manifests anew; configs, and so image IDs, stay.</summary>
/// <remarks>An image whose layers are plain already keeps its manifest byte for byte.</remarks>
internal sealed class UncompressedLayers(BuildEnvironment environment)
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PreloadDigestChanges"/>, <see cref="ErrorCodes.DiffIdMismatch"/>,
    /// <see cref="ErrorCodes.CompressedDataInvalid"/>,
    /// <see cref="ErrorCodes.CompressionMismatch"/>, naming image and layer.</exception>
    public async Task<IReadOnlyList<NodePreload>> ApplyAsync(IReadOnlyList<NodePreload> preloads, CancellationToken cancellationToken)
    {
        PlainLayers plain = new(environment);
        foreach (NodePreload preload in preloads)
            RefuseDigests(preload);
        (string Image, Layer Layer)[] packed =
        [
            .. preloads
                .SelectMany(preload => preload.Image.Layers, (preload, layer) => (Image: preload.References[0], Layer: layer))
                .Where(found => PlainLayers.IsPacked(found.Layer))
                .DistinctBy(found => KeyOf(found.Layer)),
        ];
        Descriptor[] decoded = new Descriptor[packed.Length];
        // As many at once as there are processors: a decoder may hold a window of 128 MiB.
        await Parallel
            .ForAsync(
                0,
                packed.Length,
                cancellationToken,
                async (index, stop) =>
                    decoded[index] = await plain.OfAsync(packed[index].Image, packed[index].Layer, stop).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        Dictionary<(Digest, Digest), Descriptor> unpacked = packed
            .Zip(decoded)
            .ToDictionary(pair => KeyOf(pair.First.Layer), pair => pair.Second);
        return [.. preloads.Select(preload => Rewritten(preload, unpacked))];
    }

    // With what it should unpack to: another image may say otherwise of the same bytes, and is wrong then.
    private static (Digest Packed, Digest Plain) KeyOf(Layer layer) => (layer.Descriptor.Digest, layer.DiffId);

    // The node would be asked for a digest that its manifest no longer has.
    private static void RefuseDigests(NodePreload preload)
    {
        if (
            !preload.Image.Layers.Any(PlainLayers.IsPacked)
            || preload.References.FirstOrDefault(reference => ImageReference.Parse(reference).Digest is not null) is not { } named
        )
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.PreloadDigestChanges, "an image that is known by its digest cannot have its layers uncompressed")
            {
                Where = new(named, Detail: preload.Image.Descriptor.Digest.ToString()),
                Hint = "give it 'tags' in the recipe, or write layers: kept",
            }
        );
    }

    private NodePreload Rewritten(NodePreload preload, Dictionary<(Digest, Digest), Descriptor> unpacked)
    {
        Image image = preload.Image;
        if (!image.Layers.Any(PlainLayers.IsPacked))
            return preload;
        string mediaType = image.Descriptor.MediaType == MediaTypes.DockerManifest ? MediaTypes.DockerLayer : MediaTypes.Layer;
        // What annotations of a layer say, they say of its compressed bytes.
        Layer[] layers =
        [
            .. image.Layers.Select(layer =>
                unpacked.TryGetValue(KeyOf(layer), out Descriptor? plain)
                    ? Layer.Of(environment.Store, plain with { MediaType = mediaType }, layer.DiffId)
                    : layer
            ),
        ];
        Manifest manifest = image.Manifest with
        {
            Layers = [.. layers.Zip(image.Manifest.Layers, (layer, was) => layer.Descriptor.Digest == was.Digest ? was : layer.Descriptor)],
        };
        RawDocument written = environment.Store.Write(image.Descriptor.MediaType, OciJson.Write(manifest));
        return preload with
        {
            Image = image with { RawManifest = written, Manifest = manifest, Layers = layers },
            SourceManifest = image.Descriptor.Digest,
        };
    }
}
