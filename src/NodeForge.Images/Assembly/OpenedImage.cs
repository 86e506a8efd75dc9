using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Layouts;

namespace NodeForge.Images.Assembly;

/// <summary>An image from elsewhere, its content in the store as it was found.</summary>
/// <param name="References">What it is known by.</param>
/// <param name="Manifest">In the store.</param>
/// <param name="Config">In the store.</param>
/// <param name="Document">The config, read.</param>
/// <param name="Layers">Bottom first.</param>
internal sealed record OpenedImage(IReadOnlyList<string> References, Descriptor Manifest, Descriptor Config, ImageConfig Document, IReadOnlyList<LayerBlob> Layers)
{
    /// <summary>The manifest that it was found with, where it has another now.</summary>
    public Digest? SourceManifest { get; init; }

    public static OpenedImage Of(ImportedImage image) => new(
        [.. image.Source.References.Select(reference => reference.ToString())],
        image.Descriptor,
        image.Manifest.Config,
        image.Config,
        [.. image.Layers.Select(layer => new LayerBlob(layer.Descriptor, layer.DiffId))]);
}
