using NodeForge.Oci;
using NodeForge.Oci.Layers;

namespace NodeForge.Images;

/// <summary>Layers in the terms of the action cache.</summary>
internal static class LayerOutput
{
    public static ActionOutput Of(string name, LayerBlob layer) => new(name, layer.Descriptor.Digest, layer.Descriptor.Size)
    {
        MediaType = layer.Descriptor.MediaType,
        DiffId = layer.DiffId,
    };

    public static LayerBlob ToLayer(this ActionOutput output) => new(new Descriptor(output.MediaType!, output.Digest, output.Size), output.DiffId!.Value);
}
