using NodeForge.Oci;
using NodeForge.Oci.Layers;

namespace NodeForge.Images;

/// <summary>Layers in the terms of the action cache.</summary>
internal static class LayerOutput
{
    public static ActionOutput Of(string name, LayerBlob layer) => Of(name, layer.Descriptor, layer.DiffId);

    public static ActionOutput Of(string name, Layer layer) => Of(name, layer.Descriptor, layer.DiffId);

    public static LayerBlob ToLayer(this ActionOutput output) =>
        new(new Descriptor(output.MediaType!, output.Digest, output.Size), output.DiffId!.Value);

    /// <summary>A layer of the store that is a part of an image now.</summary>
    /// <param name="layer">In the store.</param>
    /// <param name="title">What made it.</param>
    /// <param name="store">Has it.</param>
    public static Layer Titled(this LayerBlob layer, string title, BlobStore store) =>
        Layer.Of(store, layer.Descriptor, layer.DiffId) with
        {
            Title = title,
        };

    private static ActionOutput Of(string name, Descriptor descriptor, Digest diffId) =>
        new(name, descriptor.Digest, descriptor.Size) { MediaType = descriptor.MediaType, DiffId = diffId };
}
