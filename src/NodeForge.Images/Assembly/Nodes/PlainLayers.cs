using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Layers as they are uncompressed: in the store, each decoded once.</summary>
internal sealed class PlainLayers(BuildEnvironment environment)
{
    public static bool IsPacked(LayerBlob layer) => layer.Descriptor.Digest != layer.DiffId;

    /// <param name="image">What messages call the image.</param>
    /// <param name="layer">Compressed, or not.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiffIdMismatch"/>, <see cref="ErrorCodes.CompressedDataInvalid"/>, <see cref="ErrorCodes.CompressionMismatch"/>, naming image and layer.</exception>
    public async Task<Descriptor> OfAsync(string image, LayerBlob layer, CancellationToken cancellationToken)
    {
        if (!IsPacked(layer))
            return layer.Descriptor;
        using ForgeStep step = environment.Reporter.Step($"unpack {layer.Descriptor.Digest.ShortHex} of {image}", layer.Descriptor.Size);
        Digest key = ActionKey.Of("plain-layer/1", layer.Descriptor.Digest.Hex, layer.DiffId.Hex);
        IReadOnlyList<ActionOutput> outputs = await environment.Actions.GetOrRunAsync(key, step, () => Task.Run<IReadOnlyList<ActionOutput>>(() =>
        {
            Descriptor plain = Unpack(new(image, Detail: $"{layer.Descriptor.MediaType} {layer.Descriptor.Digest}"), layer, step, cancellationToken);
            return [new("layer", plain.Digest, plain.Size)];
        }, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new(MediaTypes.Layer, outputs[0].Digest, outputs[0].Size);
    }

    private Descriptor Unpack(Location where, LayerBlob layer, ForgeStep step, CancellationToken cancellationToken)
    {
        using BlobIngest ingest = environment.Store.BeginIngest();
        try
        {
            using Stream plain = Decompression.Open(new ProgressStream(environment.Store.OpenRead(layer.Descriptor.Digest), step), where.ToString(), Decompression.OfMediaType(layer.Descriptor.MediaType));
            byte[] buffer = new byte[1 << 20];
            int read;
            while ((read = plain.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ingest.Write(buffer.AsSpan(0, read));
            }

            return ingest.Commit(layer.DiffId);
        }
        catch (NodeForgeException failure) when (failure.Diagnostics[0].Code == ErrorCodes.DigestMismatch)
        {
            throw new NodeForgeException(failure.Diagnostics[0] with { Code = ErrorCodes.DiffIdMismatch, What = "the layer unpacks to something else than the image config says", Where = where, Mend = ErrorCodes.DiffIdMismatch.Remedy }, failure);
        }
    }
}
