namespace NodeForge.Oci;

/// <summary>What a source lists: an image, or one for each of several platforms, under its names.</summary>
/// <param name="Content">Which image of the source it is; equal for names that stand for one image.</param>
/// <param name="References">Full names, normalised.</param>
/// <param name="Tag">The name within a layout; null for none.</param>
public sealed record ImageEntry(string Content, IReadOnlyList<ImageReference> References, string? Tag)
{
    /// <summary>For messages: the first of its names.</summary>
    public string DisplayName => Image.NameOf(References, Tag);
}
