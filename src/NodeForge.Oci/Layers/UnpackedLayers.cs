namespace NodeForge.Oci.Layers;

/// <summary>Images whose layers are unpacked by whoever reads them.</summary>
public static class UnpackedLayers
{
    /// <summary>The same image; a layer that is opened fails before it gives its last byte where it is not of its media type or does not
    /// unpack to its diff ID: NF5112, NF5116, NF5117.</summary>
    public static Image WithLayersUnpacked(this Image image) =>
        image with
        {
            Layers = [.. image.Layers.Select(layer => layer with { Through = content => UnpackedStream.Open(layer, content) })],
        };
}
