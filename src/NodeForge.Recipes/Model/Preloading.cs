namespace NodeForge.Recipes;

/// <summary>How a node image carries the images that it starts with.</summary>
/// <param name="Method">What they lie in.</param>
public sealed record Preloading(PreloadMethod Method)
{
    public PreloadedLayers Layers { get; init; }

    /// <summary>Whether the images' files lie in the node too, beside their blobs, so that their first containers wait for nothing to be
    /// unpacked.</summary>
    public bool Unpack { get; init; }
}

public enum PreloadMethod
{
    /// <summary>Archives in the node, imported at its first boot, before the kubelet.</summary>
    Archives,

    /// <summary>containerd's content store and metadata, written at build time: nothing is imported at boot.</summary>
    ContentStore,
}

/// <summary>What becomes of the layers of images to preload.</summary>
public enum PreloadedLayers
{
    /// <summary>Byte for byte as they came, and so are the manifests: digests and signatures hold.</summary>
    Kept,

    /// <summary>Unpacked to plain archives, the manifests written anew: the image ID stays, the manifest's digest does not.</summary>
    Uncompressed,
}
