using System.Net;
using NodeForge.Oci;
using NodeForge.Oci.Registry;

namespace NodeForge;

/// <summary>An index some of whose platforms are not there: registries may refuse it, and those that are there go without it.</summary>
internal static class PartialIndex
{
    /// <summary>Whether that is why a registry refused some images (distribution's MANIFEST_BLOB_UNKNOWN).</summary>
    /// <param name="refused">What it answered.</param>
    /// <param name="images">The platforms of one image that are there.</param>
    public static bool IsRefused(NodeForgeException refused, IReadOnlyList<Image> images) =>
        RegistryFailure.Of(refused)?.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound && Missing(images).Length > 0;

    /// <summary>The images under an index of their own, or under none where there is one, with what is about their manifests.</summary>
    public static IReadOnlyList<Image> Replace(IReadOnlyList<Image> images)
    {
        RawDocument[] indexes =
            images.Count == 1
                ? []
                :
                [
                    RawDocument.Create(
                        MediaTypes.Index,
                        OciJson.Write(
                            new ImageIndex { Manifests = [.. images.Select(image => image.Descriptor with { Platform = image.Platform })] }
                        )
                    ),
                ];
        return [.. images.Select(image => image with { Indexes = indexes, Attached = AboutManifest(image) })];
    }

    /// <summary>What to tell of it.</summary>
    public static Diagnostic Warning(IReadOnlyList<Image> images, string target) =>
        new(ErrorCodes.BundleIndexReplaced, "the registry takes no index whose platforms are not all there: those that are go without it")
        {
            Where = new(target),
            Got =
                string.Join(" ", Missing(images).Select(manifest => manifest.Platform?.ToString() ?? manifest.Digest.ToString()))
                + " missing",
            Want = images[0].Root.Digest.ToString(),
            Hint = ErrorCodes.BundleIndexReplaced.Remedy,
        };

    private static Descriptor[] Missing(IReadOnlyList<Image> images)
    {
        HashSet<Digest> there =
        [
            .. images.Select(image => image.Descriptor.Digest),
            .. images.SelectMany(image => image.Indexes).Select(index => index.Descriptor.Digest),
            .. images.SelectMany(image => image.Attached).Select(artifact => artifact.Manifest.Descriptor.Digest),
        ];
        return
        [
            .. images
                .SelectMany(image => image.Indexes)
                .DistinctBy(index => index.Descriptor.Digest)
                .SelectMany(index => ImageDocument.ReadIndex(index.Bytes, new(index.Descriptor.Digest.ToString())).Manifests)
                .Where(manifest => !there.Contains(manifest.Digest)),
        ];
    }

    // Each stands behind what it is about.
    private static List<Artifact> AboutManifest(Image image)
    {
        HashSet<Digest> kept = [image.Descriptor.Digest];
        List<Artifact> attached = [];
        foreach (Artifact artifact in image.Attached.Where(artifact => !artifact.IsInIndex && kept.Contains(artifact.Subject.Digest)))
        {
            kept.Add(artifact.Manifest.Descriptor.Digest);
            attached.Add(artifact);
        }

        return attached;
    }
}
