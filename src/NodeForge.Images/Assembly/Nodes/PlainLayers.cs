using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Layers as they are uncompressed: in the store, each decoded once; or decoded once to see that they are what their image
/// says.</summary>
internal sealed class PlainLayers(BuildEnvironment environment)
{
    /// <summary>Whether there is anything to decode: by the media type, and where that says no, by the digests.</summary>
    public static bool IsPacked(Layer layer) =>
        Decompression.OfMediaType(layer.Descriptor.MediaType) is not (null or LayerCompression.None)
        || layer.Descriptor.Digest != layer.DiffId;

    /// <summary>Decodes a layer that nobody has looked into, and holds it against its media type and diff ID; once for a cache.</summary>
    /// <exception cref="NodeForgeException">As <see cref="OfAsync"/>.</exception>
    public async Task ProveAsync(string image, Layer layer, CancellationToken cancellationToken)
    {
        using ForgeStep step = environment.Reporter.Step($"check {layer.Descriptor.Digest.ShortHex} of {image}", layer.Descriptor.Size);
        Digest key = ActionKey.Of("layer-proof/1", layer.Descriptor.Digest.Hex, layer.Descriptor.MediaType, layer.DiffId.Hex);
        await environment
            .Actions.GetOrRunAsync(
                key,
                step,
                () =>
                    Task.Run<IReadOnlyList<ActionOutput>>(
                        () =>
                        {
                            Location where = WhereOf(image, layer);
                            using HashingStream plain = new(Stream.Null);
                            Decode(where, layer, plain, step, cancellationToken);
                            if (plain.Finish() is var found && found != layer.DiffId)
                                throw OtherThanSaid(where, found.ToString(), layer.DiffId.ToString(), null);
                            return [LayerOutput.Of("layer", layer)];
                        },
                        cancellationToken
                    ),
                cancellationToken,
                share: false
            )
            .ConfigureAwait(false);
    }

    /// <param name="image">What messages call the image.</param>
    /// <param name="layer">Compressed, or not.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiffIdMismatch"/>, <see cref="ErrorCodes.CompressedDataInvalid"/>,
    /// <see cref="ErrorCodes.CompressionMismatch"/>, naming image and layer.</exception>
    public async Task<Descriptor> OfAsync(string image, Layer layer, CancellationToken cancellationToken)
    {
        if (!IsPacked(layer))
            return layer.Descriptor;
        using ForgeStep step = environment.Reporter.Step($"unpack {layer.Descriptor.Digest.ShortHex} of {image}", layer.Descriptor.Size);
        Digest key = ActionKey.Of("plain-layer/1", layer.Descriptor.Digest.Hex, layer.DiffId.Hex);
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                key,
                step,
                () =>
                    Task.Run<IReadOnlyList<ActionOutput>>(
                        () =>
                        {
                            Descriptor plain = Unpack(WhereOf(image, layer), layer, step, cancellationToken);
                            return [new("layer", plain.Digest, plain.Size)];
                        },
                        cancellationToken
                    ),
                cancellationToken,
                share: false
            )
            .ConfigureAwait(false);
        return new(MediaTypes.Layer, outputs[0].Digest, outputs[0].Size);
    }

    private Descriptor Unpack(Location where, Layer layer, ForgeStep step, CancellationToken cancellationToken)
    {
        using BlobIngest ingest = environment.Store.BeginIngest();
        Decode(where, layer, ingest, step, cancellationToken);
        try
        {
            return ingest.Commit(layer.DiffId);
        }
        catch (NodeForgeException failure) when (failure.Is(ErrorCodes.DigestMismatch))
        {
            throw OtherThanSaid(where, failure.Diagnostics[0].Got, failure.Diagnostics[0].Want, failure);
        }
    }

    private void Decode(Location where, Layer layer, Stream into, ForgeStep step, CancellationToken cancellationToken)
    {
        using Stream plain = Decompression.Open(
            new ProgressStream(environment.Store.OpenRead(layer.Descriptor.Digest), step),
            where.ToString(),
            Decompression.OfMediaType(layer.Descriptor.MediaType)
        );
        byte[] buffer = new byte[1 << 20];
        int read;
        while ((read = plain.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            into.Write(buffer.AsSpan(0, read));
        }
    }

    private static Location WhereOf(string image, Layer layer) =>
        new(image, Detail: $"{layer.Descriptor.MediaType} {layer.Descriptor.Digest}");

    private static NodeForgeException OtherThanSaid(Location where, string? got, string? want, Exception? inner) =>
        new(
            new Diagnostic(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says")
            {
                Where = where,
                Got = got,
                Want = want,
                Hint = ErrorCodes.DiffIdMismatch.Remedy,
            },
            inner
        );
}
