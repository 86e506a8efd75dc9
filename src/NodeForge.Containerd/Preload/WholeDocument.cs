using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>What a document must have before it is used: JSON lets fields be absent or null that the types say are there.</summary>
internal static class WholeDocument
{
    public static bool Is(Manifest manifest) => Is(manifest.Config) && manifest.Layers is not null && manifest.Layers.All(Is);

    public static bool Is(ImageIndex index) => index.Manifests is not null && index.Manifests.All(Is);

    public static bool Is(ImageConfig config) =>
        config is { Architecture: not null, Os: not null, RootFs.DiffIds: not null }
        && config.RootFs.DiffIds.All(static diffId => diffId != default);

    private static bool Is(Descriptor? descriptor) => descriptor is { MediaType: not null, Size: >= 0 } && descriptor.Digest != default;
}
