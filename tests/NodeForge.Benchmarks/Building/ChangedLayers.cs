using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Benchmarks.Building;

/// <summary>The layers of two layouts' images that are not the same.</summary>
/// <param name="Layers">How many of the second image's layers the first does not have.</param>
/// <param name="All">How many the second has.</param>
/// <param name="Bytes">What the changed ones weigh.</param>
internal sealed record ChangedLayers(int Layers, int All, long Bytes)
{
    public static ChangedLayers Between(string before, string after)
    {
        HashSet<Digest> known = [.. LayersOf(before).Select(layer => layer.Digest)];
        IReadOnlyList<Descriptor> layers = LayersOf(after);
        Descriptor[] changed = [.. layers.Where(layer => !known.Contains(layer.Digest))];
        return new(changed.Length, layers.Count, changed.Sum(layer => layer.Size));
    }

    private static IReadOnlyList<Descriptor> LayersOf(string layout)
    {
        OciLayout opened = OciLayout.Open(layout);
        Descriptor image = opened.Index.Manifests[0];
        return ImageDocument.ReadManifest(opened.Blobs.ReadAllBytes(image.Digest), new(layout)).Layers;
    }
}
