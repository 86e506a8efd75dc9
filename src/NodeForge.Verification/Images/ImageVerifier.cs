using NodeForge.Oci;
using NodeForge.Verification.Closure;
using NodeForge.Verification.Examination;
using NodeForge.Verification.Static;

namespace NodeForge.Verification.Images;

/// <summary>Reads every byte of an image once, runs nothing of it, needs no network, and says what is wrong.</summary>
public static class ImageVerifier
{
    /// <summary>Every image of a source, or the one of a name; all its platforms.</summary>
    /// <param name="source">Has the images.</param>
    /// <param name="name">One of them; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A report for each; one that cannot be opened is told in its report.</returns>
    /// <exception cref="NodeForgeException">The source cannot be listed; <see cref="ErrorCodes.ImageNotFound"/>.</exception>
    public static async Task<IReadOnlyList<VerificationReport>> VerifyAsync(
        IImageSource source,
        string? name,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<ImageEntry> entries = name is null
            ? await source.ListAsync(cancellationToken).ConfigureAwait(false)
            : [await source.FindAsync(name, cancellationToken).ConfigureAwait(false)];
        if (entries.Count == 0)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageNotFound, "there is no image to verify")
                {
                    Where = new(source.Place),
                    Hint = ErrorCodes.ImageNotFound.Remedy,
                }
            );
        List<VerificationReport> reports = [];
        foreach (ImageEntry entry in entries)
        {
            try
            {
                foreach (Image image in await source.OpenAllAsync(entry, cancellationToken).ConfigureAwait(false))
                    reports.Add(await VerifyAsync(image, cancellationToken).ConfigureAwait(false));
            }
            catch (NodeForgeException failure)
            {
                reports.Add(Unopened(entry.DisplayName, failure));
            }
        }

        return reports;
    }

    /// <param name="image">Of any source; its layers are read by this.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Everything that is wrong at once; an error in one layer hides none in another.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageTreeTooLarge"/>.</exception>
    public static async Task<VerificationReport> VerifyAsync(Image image, CancellationToken cancellationToken)
    {
        ExaminedImage examined = await ExaminedImage.ReadAsync(image, cancellationToken).ConfigureAwait(false);
        List<CheckResult> checks = [.. StaticChecks.All.Select(check => check.Judge(examined))];
        ClosureProof? closure = examined.IsNode ? ClosureProof.Of(examined) : null;
        checks.AddRange(closure?.Checks ?? []);
        FileOwnership owned = FileOwnership.Of(examined, ImageComponents.Of(examined), closure?.Preloads ?? []);
        return new(image.Name, image.Platform, image.Id, image.Descriptor.Digest, checks)
        {
            KubernetesVersion = examined.Record?.KubernetesVersion ?? examined.KindVersion,
            Created = image.Config.Created,
            Plan = examined.Record?.Plan,
            OpenClosure = examined.Record?.OpenClosure == true,
            Closure = closure?.Entries ?? [],
            Layers =
            [
                .. examined.Layers.Select(static layer => new VerifiedLayer(
                    layer.Layer.Title ?? "",
                    layer.Layer.Descriptor.Digest,
                    layer.Layer.DiffId,
                    layer.Layer.Descriptor.Size,
                    layer.UnpackedSize,
                    layer.Entries.Count
                )),
            ],
            OperatingSystem = ImageComponents.SystemOf(examined),
            Components = owned.Components,
            UnownedFiles = owned.Unowned,
        };
    }

    /// <summary>What a cluster of a node image that was just built would not find; nothing is said of other images.</summary>
    /// <remarks>The image's bytes are believed, and what no name, setting or document depends on is passed over: a build asks this of what
    /// it wrote itself.</remarks>
    /// <param name="image">Of the store that it was written to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>One problem for each image that is missing or not whole: NF6261 to NF6271, errors alone.</returns>
    /// <exception cref="NodeForgeException">A layer cannot be read.</exception>
    public static async Task<IReadOnlyList<Diagnostic>> ClosureProblemsAsync(Image image, CancellationToken cancellationToken)
    {
        ExaminedImage examined = await ExaminedImage.OutlineAsync(image, cancellationToken).ConfigureAwait(false);
        if (!examined.IsNode)
            return [];
        return
        [
            .. ClosureProof
                .Of(examined)
                .Checks.SelectMany(static check => check.Findings)
                .Where(static finding => finding.Severity == Severity.Error),
        ];
    }

    /// <summary>The report of an image that cannot even be opened.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="failure">What its source failed with.</param>
    public static VerificationReport Unopened(string name, NodeForgeException failure) =>
        new(name, null, null, null, [new("image", "documents", CheckVerdict.Failed, "the image cannot be opened", failure.Diagnostics)]);
}
