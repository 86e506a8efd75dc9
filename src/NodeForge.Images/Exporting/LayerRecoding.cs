using NodeForge.Images.Assembly;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Exporting;

/// <summary>Writes an image's layers in another encoding; config and diff IDs, and so the image ID, stay.</summary>
internal sealed class LayerRecoding(BuildEnvironment environment, LayerEncoding encoding)
{
    public async Task<IReadOnlyList<BuiltImage>> ApplyAsync(IReadOnlyList<BuiltImage> images, CancellationToken cancellationToken)
    {
        if (encoding == LayerEncoding.None)
            return images;
        List<BuiltImage> recoded = [];
        foreach (BuiltImage image in images)
            recoded.Add(await RecodeAsync(image, cancellationToken).ConfigureAwait(false));
        return recoded;
    }

    private async Task<BuiltImage> RecodeAsync(BuiltImage image, CancellationToken cancellationToken)
    {
        BuiltLayer[] layers = new BuiltLayer[image.Layers.Count];
        await Parallel.ForAsync(0, layers.Length, cancellationToken, async (index, stop) =>
        {
            BuiltLayer layer = image.Layers[index];
            layers[index] = layer with { Blob = await RecodeAsync(layer, stop).ConfigureAwait(false) };
        }).ConfigureAwait(false);
        byte[] manifest = OciJson.Write(new Manifest { Config = image.Config, Layers = [.. layers.Select(layer => layer.Blob.Descriptor)] });
        return image with { Layers = layers, Manifest = new(MediaTypes.Manifest, environment.Store.Write(manifest), manifest.Length) };
    }

    private async Task<LayerBlob> RecodeAsync(BuiltLayer layer, CancellationToken cancellationToken)
    {
        // What another encoder made (a base from a registry) stays as it is.
        if (layer.Blob.Descriptor.MediaType != MediaTypes.Layer)
            return layer.Blob;
        using ForgeStep step = environment.Reporter.Step($"compress {layer.Title}", layer.Blob.Descriptor.Size);
        Digest key = ActionKey.Of("encode/1", layer.Blob.DiffId.Hex, encoding.Name);
        IReadOnlyList<ActionOutput> outputs = await environment.Actions.GetOrRunAsync(key, step, () => Task.FromResult(Encode(layer, step, cancellationToken)), cancellationToken).ConfigureAwait(false);
        return outputs[0].ToLayer();
    }

    private IReadOnlyList<ActionOutput> Encode(BuiltLayer layer, ForgeStep step, CancellationToken cancellationToken)
    {
        using ProgressStream plain = new(environment.Store.OpenVerified(layer.Blob.Descriptor.Digest), step);
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
        return [LayerOutput.Of(layer.Title, new LayerBlob(blob, layer.Blob.DiffId))];
    }
}
