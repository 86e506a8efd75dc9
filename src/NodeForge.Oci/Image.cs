namespace NodeForge.Oci;

/// <summary>An image for one platform, wherever it lies: its documents are read and checked, its layers are read by whoever wants
/// them.</summary>
/// <remarks>Sources give images (<see cref="IImageSource"/>), targets take them (<see cref="IImageTarget"/>). One that a source gave can be
/// read as long as what the source lies in is there.</remarks>
/// <param name="RawManifest">The manifest's bytes.</param>
/// <param name="Manifest">The manifest, read.</param>
/// <param name="RawConfig">The image config's bytes; their digest is the image ID.</param>
/// <param name="Config">The image config, read.</param>
/// <param name="Layers">Bottom first, in the order of the manifest and of the config's diff IDs.</param>
public sealed record Image(
    RawDocument RawManifest,
    Manifest Manifest,
    RawDocument RawConfig,
    ImageConfig Config,
    IReadOnlyList<Layer> Layers
)
{
    /// <summary>The digest of the image config.</summary>
    public Digest Id => RawConfig.Descriptor.Digest;

    /// <summary>The manifest's descriptor.</summary>
    public Descriptor Descriptor => RawManifest.Descriptor;

    public Platform Platform => Config.Platform;

    /// <summary>Its full names, normalised; empty for none.</summary>
    public IReadOnlyList<ImageReference> References { get; init; } = [];

    /// <summary>Its name within a layout (<c>org.opencontainers.image.ref.name</c>); null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>The indexes that lead to the manifest, the outermost first; empty where the name stands for the manifest itself.</summary>
    public IReadOnlyList<RawDocument> Indexes { get; init; } = [];

    /// <summary>What is attached to it and its indexes, where somebody asked for it (<see cref="AttachedReading"/>): a target that keeps
    /// such things gets it with the image.</summary>
    public IReadOnlyList<Artifact> Attached { get; init; } = [];

    /// <summary>What the name stands for: the outermost index, or the manifest.</summary>
    public Descriptor Root => Indexes is [RawDocument outermost, ..] ? outermost.Descriptor : Descriptor;

    /// <summary>For messages: a recipe's name, or the first of its own.</summary>
    public string Name
    {
        get => field ?? NameOf(References, Tag);
        init;
    }

    internal static string NameOf(IReadOnlyList<ImageReference> references, string? tag) =>
        references is [ImageReference first, ..] ? first.ToString() : tag ?? "(no name)";
}
