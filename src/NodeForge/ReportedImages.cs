using NodeForge.Oci;
using NodeForge.Verification;

namespace NodeForge;

/// <summary>The images that reports are of.</summary>
internal static class ReportedImages
{
    /// <returns>Null where the source has it no longer, or it could not be opened.</returns>
    public static async Task<Image?> FindAsync(IImageSource source, VerificationReport report, CancellationToken cancellationToken)
    {
        foreach (ImageEntry entry in await source.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (
                    (await source.OpenAllAsync(entry, cancellationToken).ConfigureAwait(false)).FirstOrDefault(image =>
                        image.Descriptor.Digest == report.Manifest
                    ) is
                    { } found
                )
                    return found;
            }
            catch (NodeForgeException)
            {
                // Another image of the source that cannot be opened; its own report says why.
            }
        }

        return null;
    }
}
