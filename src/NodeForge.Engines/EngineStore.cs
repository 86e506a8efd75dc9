using NodeForge.Engines.Images;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Engines;

/// <summary>An engine's own images, as a source and as a target.</summary>
/// <param name="connect">Connects to the engine; the connection ends with the work.</param>
/// <param name="reference">The image, by its name there.</param>
public sealed class EngineStore(Func<CancellationToken, Task<EngineClient>> connect, ImageReference reference) : IImageTarget
{
    /// <summary>Opens the image. An engine's export comes by once, so its files go into a store.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="files">Takes the files; they are wanted as long as the image is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">What the engine refuses, and what is wrong with its archive.</exception>
    public async Task<IImageSource> OpenAsync(string name, BlobStore files, CancellationToken cancellationToken)
    {
        using EngineClient engine = await connect(cancellationToken).ConfigureAwait(false);
        Stream export = await engine.Images.SaveAsync([reference.ToString()], cancellationToken).ConfigureAwait(false);
        await using (export.ConfigureAwait(false))
            return await Task.Run(() => ImageArchives.Take(export, name, files, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>Loads an image as a stream, without the lowest layers where the engine has those.</summary>
    /// <param name="images">One: an engine takes one platform.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        Image image = images[0] with { References = [reference], Tag = null, Indexes = [] };
        using EngineClient engine = await connect(cancellationToken).ConfigureAwait(false);
        ImageDetails? there = await engine.Images.FindAsync(reference.ToString(), cancellationToken).ConfigureAwait(false);
        if (there?.Id == image.Id.ToString())
            return; // the image ID covers every byte of it
        int shared = await CountSharedAsync(engine, image.Config.RootFs.DiffIds, cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(engine, image, shared, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException failure)
            when (shared > 0 && failure.Diagnostics.Any(problem => problem.Code == ErrorCodes.EngineLoadFailed))
        {
            // The image that had the layers was removed meanwhile.
            await LoadAsync(engine, image, 0, cancellationToken).ConfigureAwait(false);
        }
    }

    // How many of an image's layers, from the lowest on, the engine has under the same layers. Docker's own store looks a layer up by its
    // chain before it opens the archive's
    // file of it, so the file need not be there. containerd's store, which newer engines have, and Podman take no archive that lacks a
    // blob.
    private static async Task<int> CountSharedAsync(EngineClient engine, IReadOnlyList<Digest> diffIds, CancellationToken cancellationToken)
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

    private static async Task LoadAsync(EngineClient engine, Image image, int shared, CancellationToken cancellationToken)
    {
        HashSet<Digest> leftOut = [.. image.Layers.Take(shared).Select(layer => layer.Descriptor.Digest)];
        leftOut.ExceptWith(image.Layers.Skip(shared).Select(layer => layer.Descriptor.Digest));
        await engine
            .Images.LoadAsync(
                (body, stop) =>
                {
                    DockerArchiveWriter.Write(body, [image], image.Platform, stop, leftOut);
                    return Task.CompletedTask;
                },
                progress: null,
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}
