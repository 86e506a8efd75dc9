using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Benchmarks.Building;

/// <summary>Writes a layout's image as an archive that every engine loads.</summary>
internal static class OciToDocker
{
    public static void Write(string layout, string archive, string reference)
    {
        OciLayout opened = OciLayout.Open(layout);
        Descriptor image = opened.Index.Manifests[0];
        Platform platform = image.Platform ?? throw new BenchmarkException($"{layout} does not say which platform its image is for");
        DockerArchiveWriter.Write(
            archive,
            StoredImages.Of(opened.Blobs, image, ImageReference.Parse(reference)),
            platform,
            CancellationToken.None
        );
    }
}
