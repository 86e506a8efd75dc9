using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Exporting;

/// <summary>Writes an image's layers in another encoding; config and diff IDs, and so the image ID, stay.</summary>
internal sealed class LayerRecoding(BuildEnvironment environment, LayerEncoding encoding)
{
    public async Task<IReadOnlyList<Image>> ApplyAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        if (encoding == LayerEncoding.None)
            return images;
        List<Image> recoded = [];
        foreach (Image image in images)
            recoded.Add(await RecodeAsync(image, cancellationToken).ConfigureAwait(false));
        return recoded;
    }

    private async Task<Image> RecodeAsync(Image image, CancellationToken cancellationToken)
    {
        Layer[] layers = new Layer[image.Layers.Count];
        await Parallel
            .ForAsync(
                0,
                layers.Length,
                cancellationToken,
                async (index, stop) =>
                {
                    layers[index] = await RecodeAsync(image.Layers[index], stop).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        Manifest manifest = new() { Config = image.RawConfig.Descriptor, Layers = [.. layers.Select(layer => layer.Descriptor)] };
        return image with
        {
            Layers = layers,
            Manifest = manifest,
            RawManifest = environment.Store.Write(MediaTypes.Manifest, OciJson.Write(manifest)),
            // Both are about the manifest that was.
            Indexes = [],
            Attached = [],
        };
    }

    private async Task<Layer> RecodeAsync(Layer layer, CancellationToken cancellationToken)
    {
        // What another encoder made (a base from a registry) stays as it is.
        if (layer.Descriptor.MediaType != MediaTypes.Layer)
            return layer;
        using ForgeStep step = environment.Reporter.Step($"compress {layer.Title}", layer.Descriptor.Size);
        Digest key = ActionKey.Of("encode/1", layer.DiffId.Hex, encoding.Name);
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(key, step, () => Task.FromResult(Encode(layer, step, cancellationToken)), cancellationToken)
            .ConfigureAwait(false);
        return outputs[0].ToLayer().Titled(layer.Title, environment.Store);
    }

    private IReadOnlyList<ActionOutput> Encode(Layer layer, ForgeStep step, CancellationToken cancellationToken)
    {
        using ProgressStream plain = new(environment.Store.OpenVerified(layer.Descriptor.Digest), step);
        using BlobIngest ingest = environment.Store.BeginIngest();
        using (Stream encoder = encoding.Encode(ingest))
        {
            byte[] buffer = new byte[1 << 20];
            for (int read = plain.Read(buffer); read > 0; read = plain.Read(buffer))
            {
                cancellationToken.ThrowIfCancellationRequested();
                encoder.Write(buffer, 0, read);
            }
        }

        Descriptor blob = ingest.Commit() with { MediaType = encoding.MediaType };
        return [LayerOutput.Of(layer.Title, new LayerBlob(blob, layer.DiffId))];
    }
}
