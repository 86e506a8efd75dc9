namespace NodeForge.Oci.Validation;

/// <summary>What was found when every byte of an image was read again.</summary>
/// <param name="Root">The manifest or index.</param>
/// <param name="Images">Each image that could be read, in the order of the index.</param>
/// <param name="Bytes">Bytes read, a blob that several images share once.</param>
/// <param name="Problems">Everything that is wrong; empty for a sound image.</param>
public sealed record ValidationReport(Descriptor Root, IReadOnlyList<ValidatedImage> Images, long Bytes, IReadOnlyList<Diagnostic> Problems)
{
    public bool IsSound => Problems.Count == 0;
}

/// <param name="Manifest">The manifest's descriptor.</param>
/// <param name="ImageId">The digest of the image config.</param>
/// <param name="Platform">What it runs on.</param>
/// <param name="Layers">Bottom first; those that cannot be read are left out.</param>
public sealed record ValidatedImage(Descriptor Manifest, Digest ImageId, Platform Platform, IReadOnlyList<ValidatedLayer> Layers);

/// <param name="Descriptor">The blob.</param>
/// <param name="DiffId">The digest of what it unpacks to.</param>
/// <param name="UnpackedSize">The length of that, in bytes.</param>
/// <param name="Entries">How many entries it has.</param>
public sealed record ValidatedLayer(Descriptor Descriptor, Digest DiffId, long UnpackedSize, int Entries);
