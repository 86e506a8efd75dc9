using NodeForge.Oci;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Assembly;

/// <summary>An image for one platform, its content in the store.</summary>
/// <param name="Name">The recipe's.</param>
/// <param name="References">What it is known by; empty for a base or node image, whose name the user chooses at export.</param>
/// <param name="Manifest">In the store, layers uncompressed.</param>
/// <param name="Config">In the store; its digest is the image ID.</param>
/// <param name="Layers">Bottom first.</param>
public sealed record BuiltImage(
    string Name, Platform Platform, IReadOnlyList<string> References, Descriptor Manifest, Descriptor Config, ImageConfig Document, IReadOnlyList<BuiltLayer> Layers);

/// <summary>A layer and what it is for.</summary>
public sealed record BuiltLayer(string Title, LayerBlob Blob);
