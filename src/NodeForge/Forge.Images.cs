using NodeForge.Images.Exporting;
using NodeForge.Images.Verification;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.Verification;
using NodeForge.Verification.Boot;
using NodeForge.Verification.Images;
using NodeForge.Verification.Reproduction;

namespace NodeForge;

/// <content>Images that are there, wherever they are: what is in them, whether they are right, how they differ.</content>
public sealed partial class Forge
{
    /// <summary>an image, wherever it is → what is in it. Networked for one of a registry.</summary>
    public Task<IReadOnlyList<InspectedImage>> InspectAsync(ImageTransport image, CancellationToken cancellationToken) =>
        WithImagesAsync(image, source => ImageInspector.InspectAsync(source, image.Name, cancellationToken), cancellationToken);

    /// <summary>an image, wherever it is → what is wrong with it. Networked for one of a registry.</summary>
    /// <param name="image">Without a name, every image there.</param>
    /// <param name="against">What it has to be the same as; null when nobody asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<VerificationReport>> VerifyAsync(
        ImageTransport image,
        ImageTransport? against,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<VerificationReport> reports = await WithImagesAsync(
                image,
                source => ImageVerifier.VerifyAsync(source, image.Name, cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        if (against is null)
            return reports;
        IReadOnlyList<ImageDifference> differences = await CompareAsync(against, image, cancellationToken).ConfigureAwait(false);
        return
        [
            .. reports.Select(report =>
                differences.FirstOrDefault(difference => difference.Manifest == report.Manifest) is { } found ? report.With(found) : report
            ),
        ];
    }

    /// <summary>reports of images → the same with what came of booting each where there is no network but its cluster's own.</summary>
    /// <param name="image">What the reports are of; loaded into the engine unless it is there.</param>
    /// <param name="reports">As <see cref="VerifyAsync"/> gives them.</param>
    /// <param name="cancellationToken">Ends it; the clusters are removed.</param>
    public async Task<IReadOnlyList<VerificationReport>> BootAsync(
        ImageTransport image,
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    )
    {
        ImageTrial trial = new(ConnectAsync, Clusters);
        if (image.Room.Form == TransportForm.Reference)
            return
            [
                ImageTrial.CanRun(reports[0])
                    ? await trial.RunAsync(reports[0], image.Reference!, cancellationToken).ConfigureAwait(false)
                    : reports[0].NotBooted(),
            ];
        return await WithImagesAsync(image, source => trial.RunAsync(reports, source, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>recipe + lock + reports of images → whether each is the one that the lock describes, by its identity and by what it says of
    /// itself.</summary>
    public Task<IReadOnlyList<VerificationReport>> HoldAgainstAsync(
        RecipeRequest recipe,
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    ) => new RecipeProof(this, environment, recipe).HoldAsync(reports, cancellationToken);

    /// <summary>recipe + lock + reports of images → the images built again, and where they differ, down to the byte. Networked where
    /// sources have to be fetched.</summary>
    /// <remarks>Every step is done again, in a record of steps of its own: of the cache only content is used that the lock names by its
    /// digest.</remarks>
    public Task<IReadOnlyList<VerificationReport>> RebuildAsync(
        RecipeRequest recipe,
        bool offline,
        ImageTransport image,
        IReadOnlyList<VerificationReport> reports,
        CancellationToken cancellationToken
    ) =>
        WithSoundCacheAsync(() =>
            WithImagesAsync(
                image,
                source => new RecipeProof(this, environment, recipe).RebuildAsync(source, offline, reports, cancellationToken),
                cancellationToken
            )
        );

    /// <summary>two images, wherever they are → where they differ, platform by platform. Networked for one of a registry.</summary>
    public Task<IReadOnlyList<ImageDifference>> CompareAsync(
        ImageTransport first,
        ImageTransport second,
        CancellationToken cancellationToken
    ) =>
        WithImagesAsync(
            first,
            ours =>
                WithImagesAsync(
                    second,
                    theirs => ImageComparison.CompareAsync(ours, first.Name, theirs, second.Name, cancellationToken),
                    cancellationToken
                ),
            cancellationToken
        );

    /// <summary>an image, wherever it is → another place, byte for byte, with what is attached to it. Networked where one of them is a
    /// registry.</summary>
    /// <returns>The place as on a command line, with the digest where it is a registry.</returns>
    public Task<string> CopyAsync(ImageTransport from, ImageTransport to, CancellationToken cancellationToken) =>
        WithImagesAsync(
            from,
            async source =>
            {
                IReadOnlyList<Image> images = await source
                    .OpenAllAsync(await source.FindAsync(from.Name, cancellationToken).ConfigureAwait(false), cancellationToken)
                    .ConfigureAwait(false);
                images = await source.WithAttachedAsync(images, cancellationToken).ConfigureAwait(false);
                ImageOutputs output = ImageOutputs.Parse(
                    [to.ToString()],
                    images[0].References.Count > 0 ? images[0].References[0].ToString() : "nodeforge/image",
                    "none",
                    offline: false
                );
                return (await ExportAsync(images, output, cancellationToken).ConfigureAwait(false))[0];
            },
            cancellationToken
        );

    private async Task<T> WithImagesAsync<T>(ImageTransport image, Func<IImageSource, Task<T>> work, CancellationToken cancellationToken)
    {
        using OpenedImages opened = OpenImages();
        return await work(await opened.OpenAsync(image, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
