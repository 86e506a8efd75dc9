using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>A file of a root file system, and where it comes from.</summary>
/// <param name="Header">As the layer has it; its path is where it lies, links in its parents resolved.</param>
/// <param name="Layer">The number of the layer that it comes from, from 0.</param>
/// <param name="Content">Its bytes, when they can be read in place: not from a compressed layer.</param>
public sealed record RootfsEntry(TarEntry Header, int Layer, LayerContent? Content);
