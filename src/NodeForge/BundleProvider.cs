using NodeForge.Bundles.Reading;
using NodeForge.Images.Debian;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Predicates;

namespace NodeForge;

/// <summary>Bundles: made from images and files, looked at, verified, and unpacked where they were carried to.</summary>
public sealed partial class BundleProvider
{
    private readonly ForgeOptions options;
    private readonly IForgeReporter reporter;
    private readonly Func<OpenedImages> open;

    internal BundleProvider(ForgeOptions options, IForgeReporter reporter, Func<OpenedImages> open)
    {
        this.options = options;
        this.reporter = reporter;
        this.open = open;
    }

    /// <summary>bundle → what is in it. Content is not read.</summary>
    public BundleFile Open(string file) => BundleFile.Open(options.Host.Resolve(file));

    /// <summary>bundle → what is wrong with it, byte by byte, and what the policy of this machine has against it.</summary>
    public async Task<BundleReport> VerifyAsync(string file, BundleTrustRequest? trust, CancellationToken cancellationToken)
    {
        BundleTrust asked = Trust(trust);
        BundleReport report = await BundleVerifier
            .VerifyAsync(options.Host.Resolve(file), reporter, cancellationToken)
            .ConfigureAwait(false);
        return report.IsSound ? report with { Problems = [.. report.Problems, .. asked.ProblemsOf(report)] } : report;
    }

    /// <summary>A bundle that comes by once, its volumes one behind the other → what is wrong with it.</summary>
    public Task<BundleReport> VerifyAsync(Stream content, string name, CancellationToken cancellationToken) =>
        BundleVerifier.VerifyAsync(content, name, reporter, cancellationToken);

    /// <summary>bundle → layouts, archives, engines and, networked, registries. What stands there already is not read.</summary>
    /// <exception cref="NodeForgeException">NF6480 to NF6484: the policy of this machine does not let the bundle in.</exception>
    public async Task<BundleLoadOutcome> LoadAsync(BundleLoadRequest request, CancellationToken cancellationToken)
    {
        BundleFile bundle = Open(request.File);
        BundleTrust trust = Trust(request.Trust);
        BundlePredicate? said = trust.Check(bundle);
        BundleLoadOutcome outcome = await LoadAsync(bundle, request, cancellationToken).ConfigureAwait(false);
        await trust.RememberAsync(said, cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    private async Task<BundleLoadOutcome> LoadAsync(BundleFile bundle, BundleLoadRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageEntry> entries =
            request.Images.Count == 0
                ? await bundle.ListAsync(cancellationToken).ConfigureAwait(false)
                : await FindAsync(bundle, request.Images, cancellationToken).ConfigureAwait(false);
        List<IReadOnlyList<Image>> images = [];
        foreach (ImageEntry entry in entries)
            images.Add(
                await bundle
                    .WithAttachedAsync(await bundle.OpenAllAsync(entry, cancellationToken).ConfigureAwait(false), cancellationToken)
                    .ConfigureAwait(false)
            );
        // All are known before the first is written.
        BundlePlace[] places = [.. request.Targets.SelectMany(target => BundlePlace.Of(target, images))];
        using OpenedImages opened = open();
        List<PlacedImage> placed = [];
        foreach (BundlePlace place in places)
        {
            await WriteAsync(opened, place, cancellationToken).ConfigureAwait(false);
            placed.AddRange(
                place.Images.Select(image => image.Name).Distinct().Select(name => new PlacedImage(name, place.Target.ToString()))
            );
        }

        string[] files = request.Folder is { } folder
            ? [.. bundle.Index.Items.Select(item => bundle.Extract(item, options.Host.Resolve(folder)))]
            : [];
        return new(placed, files);
    }

    private static async Task<IReadOnlyList<ImageEntry>> FindAsync(
        BundleFile bundle,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        List<ImageEntry> found = [];
        foreach (string name in names)
            found.Add(await bundle.FindAsync(name, cancellationToken).ConfigureAwait(false));
        return [.. found.Distinct()];
    }

    private async Task WriteAsync(OpenedImages opened, BundlePlace place, CancellationToken cancellationToken)
    {
        ImageTransport target = place.Target.Room.IsFile
            ? place.Target with
            {
                Path = options.Host.Resolve(place.Target.Path),
            }
            : place.Target;
        using ForgeStep step = reporter.Step($"load {place.Target}");
        IImageTarget writer = target.Target(opened.Host with { Platform = new(DebianArchitecture.OfThisMachine, "linux") });
        try
        {
            await WriteAsync(place.Images).ConfigureAwait(false);
        }
        catch (NodeForgeException refused) when (target.Room.IsRemote && PartialIndex.IsRefused(refused, place.Images))
        {
            reporter.Warn(PartialIndex.Warning(place.Images, target.ToString()));
            await WriteAsync(PartialIndex.Replace(place.Images)).ConfigureAwait(false);
        }

        step.Finish();

        Task<bool> WriteAsync(IReadOnlyList<Image> images) =>
            RetryAsync(
                async () =>
                {
                    await writer.WriteAsync(images, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            );
    }
}
