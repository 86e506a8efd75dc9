using NodeForge.Engines;
using NodeForge.Engines.Images;
using NodeForge.Images.Assembly;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layouts;

namespace NodeForge.Images.Exporting;

/// <summary>Loads an image into an engine as a stream, without the lowest layers where the engine has those.</summary>
internal sealed class EngineOutput(EngineClient engine, BlobStore store)
{
    public async Task WriteAsync(BuiltImage image, ImageReference reference, CancellationToken cancellationToken)
    {
        ImageDetails? there = await engine.Images.FindAsync(reference.ToString(), cancellationToken).ConfigureAwait(false);
        if (there?.Id == image.Config.Digest.ToString())
            return; // the image ID covers every byte of it
        int shared = await CountSharedAsync(image.Document.RootFs.DiffIds, cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(image, reference, shared, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException failure) when (shared > 0 && failure.Diagnostics.Any(problem => problem.Code == ErrorCodes.EngineLoadFailed))
        {
            // The image that had the layers was removed meanwhile.
            await LoadAsync(image, reference, 0, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How many of an image's layers, from the lowest on, the engine has under the same layers.</summary>
    /// <remarks>
    /// Docker's own store looks a layer up by its chain before it opens the archive's file of it, so the file need not be there. containerd's store, which newer engines
    /// have, and Podman take no archive that lacks a blob.
    /// </remarks>
    internal async Task<int> CountSharedAsync(IReadOnlyList<Digest> diffIds, CancellationToken cancellationToken)
    {
        if (!engine.Differences.TakesArchivesWithGaps)
            return 0;
        EngineInformation information = await engine.InformationAsync(cancellationToken).ConfigureAwait(false);
        if (information.KeepsContainerdsStore)
            return 0;
        int most = 0;
        foreach (ImageSummary image in await engine.Images.ListAsync([], cancellationToken).ConfigureAwait(false))
        {
            ImageDetails? details = await engine.Images.FindAsync(image.Id, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<string> layers = details?.RootFS?.Layers ?? [];
            most = Math.Max(most, diffIds.Zip(layers).TakeWhile(pair => pair.First.ToString() == pair.Second).Count());
        }

        return most;
    }

    private async Task LoadAsync(BuiltImage image, ImageReference reference, int shared, CancellationToken cancellationToken)
    {
        HashSet<Digest> leftOut = [.. image.Layers.Take(shared).Select(layer => layer.Blob.Descriptor.Digest)];
        leftOut.ExceptWith(image.Layers.Skip(shared).Select(layer => layer.Blob.Descriptor.Digest));
        await engine.Images.LoadAsync(
            (body, stop) =>
            {
                DockerArchive.Write(body, store, [new(image.Manifest, reference)], image.Platform, stop, leftOut);
                return Task.CompletedTask;
            },
            progress: null,
            cancellationToken).ConfigureAwait(false);
    }
}
