using NodeForge.Oci.Compression;

namespace NodeForge.Oci.Layers;

/// <summary>What is said of a layer whose content is not what its image says of it.</summary>
internal static class LayerFaults
{
    public static NodeForgeException Another(Layer layer, string? got) =>
        new(
            new Diagnostic(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says")
            {
                Where = layer.Where,
                Got = got,
                Want = layer.DiffId.ToString(),
                Hint = ErrorCodes.DiffIdMismatch.Remedy,
            }
        );

    public static NodeForgeException NotOfItsMediaType(Layer layer, LayerCompression found, LayerCompression stated) =>
        new(
            new Diagnostic(ErrorCodes.LayerMediaTypeMismatch, "the layer's bytes are not of its media type")
            {
                Where = layer.Where,
                Got = found.ToString().ToLowerInvariant(),
                Want = stated.ToString().ToLowerInvariant(),
                Hint = ErrorCodes.LayerMediaTypeMismatch.Remedy,
            }
        );

    public static NodeForgeException Unreadable(Layer layer, NodeForgeException undecodable) =>
        new(
            undecodable.Diagnostics[0] with
            {
                Code = ErrorCodes.LayerUnreadable,
                Where = layer.Where,
                Hint = ErrorCodes.LayerUnreadable.Remedy,
            },
            undecodable
        );
}
