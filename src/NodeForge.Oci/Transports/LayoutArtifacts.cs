using NodeForge.Oci.Content;

namespace NodeForge.Oci.Transports;

/// <summary>Attaches artifacts to the images of a layout. A layout lists referrers itself, so it needs no index of them under a
/// tag.</summary>
internal sealed class LayoutArtifacts(string folder) : IArtifactTarget
{
    private readonly string folder = Path.GetFullPath(folder).TrimEnd('/');

    public async ValueTask<RawDocument?> FindTagAsync(string tag, CancellationToken cancellationToken)
    {
        OciLayout layout = OciLayout.Open(folder);
        return layout.Index.Manifests.FirstOrDefault(entry => ImageAnnotations.TagOf(entry) == tag) is { } entry
            ? await layout.ReadDocumentAsync(entry, new(folder), cancellationToken).ConfigureAwait(false)
            : null;
    }

    public async Task AttachAsync(IReadOnlyList<Artifact> artifacts, CancellationToken cancellationToken)
    {
        BlobStore blobs = OciLayout.Open(folder).Blobs;
        foreach (Layer blob in artifacts.SelectMany(artifact => artifact.Blobs.Append(Layer.Of(artifact.Manifest))))
            await new WrittenBlob(blob.Descriptor, blob, default).BringAsync(blobs, cancellationToken).ConfigureAwait(false);
        AtomicFile.SyncFolder(Path.Combine(folder, "blobs", "sha256"));
        using IDisposable held = await LayoutLock.TakeAsync(folder, cancellationToken).ConfigureAwait(false);
        AtomicFile.WriteAllBytes(
            Path.Combine(folder, OciLayout.IndexFile),
            LayoutIndex.Attach(OciLayout.Open(folder).Index, artifacts, new(folder))
        );
    }
}
