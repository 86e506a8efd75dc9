using NodeForge.Oci;

namespace NodeForge.Bundles.Writing;

/// <summary>A bundle that images are written to; what it had before is replaced.</summary>
/// <param name="file">The bundle's file.</param>
public sealed class BundleTarget(string file) : IImageTarget
{
    public async Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        ImageToBundle[] grouped =
        [
            .. images
                .GroupBy(image => (Names: string.Join(' ', image.References), image.Tag))
                .Select(group => new ImageToBundle(
                    [.. group.Select(image => new PlatformToBundle(image, null, []))],
                    "written to the bundle"
                )),
        ];
        await BundleWriter
            .WriteAsync(BundlePlan.Create(grouped, []), file, new(), SilentReporter.Instance, cancellationToken)
            .ConfigureAwait(false);
    }
}
