namespace NodeForge.Oci.Layouts;

/// <summary>An image for one platform whose documents were read and whose layers can be.</summary>
/// <param name="Source">What it is called.</param>
/// <param name="Descriptor">The manifest's.</param>
/// <param name="Manifest">The manifest's bytes.</param>
/// <param name="ConfigDescriptor">The image config's; its digest is the image ID.</param>
/// <param name="Config">The image config's bytes.</param>
/// <param name="Layers">Bottom first, in the order of the manifest.</param>
public sealed record OfferedImage(SourceImage Source, Descriptor Descriptor, ReadOnlyMemory<byte> Manifest, Descriptor ConfigDescriptor, ReadOnlyMemory<byte> Config, IReadOnlyList<OfferedLayer> Layers);

/// <summary>A layer that can be read.</summary>
/// <param name="Descriptor">What its bytes are to be.</param>
/// <param name="Open">Opens them; reading past the last of wrong bytes fails.</param>
public sealed record OfferedLayer(Descriptor Descriptor, Func<Stream> Open);
