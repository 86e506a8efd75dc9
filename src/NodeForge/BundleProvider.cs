using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Clusters.Configuration;
using NodeForge.Images.Debian;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Predicates;
using NodeForge.Verification;
using NodeForge.Verification.Images;

namespace NodeForge;

/// <summary>Bundles: made from images and files, looked at, verified, and unpacked where they were carried to.</summary>
public sealed partial class BundleProvider
{
    private const string ClosureGroup = "closure";
    private readonly ForgeOptions options;
    private readonly IForgeReporter reporter;
    private readonly Func<OpenedImages> open;

    internal BundleProvider(ForgeOptions options, IForgeReporter reporter, Func<OpenedImages> open)
    {
        this.options = options;
        this.reporter = reporter;
        this.open = open;
    }

    /// <summary>images, files → bundle. Networked for images of a registry.</summary>
    /// <exception cref="NodeForgeException">A node image whose closure is open: one problem for each image that a cluster would lack; what
    /// a source or the disk fails with.</exception>
    public async Task<BundleOutcome> CreateAsync(BundleRequest request, CancellationToken cancellationToken)
    {
        FileToBundle[] files =
        [
            .. request.Files.Select(file => new FileToBundle(options.Host.Resolve(file), BundledItem.File, "--file")),
            .. request.ClusterFile is { } cluster ? [ClusterFile(options.Host.Resolve(cluster))] : Array.Empty<FileToBundle>(),
        ];
        using OpenedImages opened = open();
        List<ImageToBundle> images = [];
        foreach (ImageTransport place in request.Images)
            images.AddRange(await ReadAsync(opened, place, request.Platforms, proven: true, cancellationToken).ConfigureAwait(false));
        foreach (ImageTransport place in request.Others)
            images.AddRange(await ReadAsync(opened, place, request.Platforms, proven: false, cancellationToken).ConfigureAwait(false));
        BundlePlan plan = await Task.Run(() => BundlePlan.Create(images, files), cancellationToken).ConfigureAwait(false);
        if (request.Base is { } there)
            return await WriteDeltaAsync(plan, there, request.Output, request.Options, cancellationToken).ConfigureAwait(false);
        if (request.Output is not { } output)
            return new(plan.Index, null);
        return new(
            plan.Index,
            await BundleWriter
                .WriteAsync(plan, options.Host.Resolve(output), request.Options, reporter, cancellationToken)
                .ConfigureAwait(false)
        );
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

    /// <summary>The cluster file of a bundle; null where it has none.</summary>
    /// <exception cref="NodeForgeException">NF6480 to NF6484: the policy of this machine does not let the bundle in.</exception>
    public async Task<ClusterConfig?> ReadClusterFileAsync(string file, BundleTrustRequest? trust, CancellationToken cancellationToken)
    {
        BundleFile bundle = Open(file);
        Trust(trust).Check(bundle);
        if (bundle.Index.Items.FirstOrDefault(item => item.Kind == BundledItem.ClusterFile) is not { } item)
            return null;
        Stream text = bundle.Open(item.Digest);
        await using (text.ConfigureAwait(false))
            return await ClusterConfigReader.ReadAsync(text, $"{bundle.Place}, {item.Name}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Brings the images that a cluster needs from a bundle into the engine, and nothing else to the disk.</summary>
    /// <param name="file">The bundle.</param>
    /// <param name="config">Nodes may name images of their own; those that the bundle does not have the engine has to.</param>
    /// <param name="image">The image of nodes that name none; null takes the bundle's only node image.</param>
    /// <param name="request">Whose bundle it has to be.</param>
    /// <returns>The image of nodes that name none, and the bundle's other images, which the nodes are to have.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleLacksNodeImage"/>, NF6480 to NF6484, and what the engine
    /// refuses.</exception>
    public async Task<(string? NodeImage, IReadOnlyList<string> Others)> PrepareClusterAsync(
        string file,
        ClusterConfig config,
        string? image,
        BundleTrustRequest? request,
        CancellationToken cancellationToken
    )
    {
        BundleFile bundle = Open(file);
        string[] named = [.. config.Nodes.Select(node => node.Image ?? image).OfType<string>().Distinct()];
        string? usual = image;
        if (config.Nodes.Any(node => node.Image is null) && image is null)
            named = [.. named, usual = OnlyNodeImage(bundle)];
        IReadOnlyList<string> others = await IntoEngineAsync(file, bundle, named, request, cancellationToken).ConfigureAwait(false);
        return (usual, others);
    }

    /// <summary>The same for one node more.</summary>
    /// <param name="file">The bundle.</param>
    /// <param name="image">The node's image; null for one that the engine has already.</param>
    /// <param name="request">Whose bundle it has to be.</param>
    /// <returns>The bundle's other images.</returns>
    /// <exception cref="NodeForgeException">NF6480 to NF6484, and what the engine refuses.</exception>
    public Task<IReadOnlyList<string>> PrepareNodeAsync(
        string file,
        string? image,
        BundleTrustRequest? request,
        CancellationToken cancellationToken
    ) => IntoEngineAsync(file, Open(file), image is null ? [] : [image], request, cancellationToken);

    private async Task<IReadOnlyList<string>> IntoEngineAsync(
        string file,
        BundleFile bundle,
        IReadOnlyCollection<string> named,
        BundleTrustRequest? request,
        CancellationToken cancellationToken
    )
    {
        BundleTrust trust = Trust(request);
        BundlePredicate? said = trust.Check(bundle);
        BundledImage[] nodes = [.. bundle.Index.Images.Where(candidate => named.Any(name => IsCalled(candidate, name)))];
        BundledImage[] others =
        [
            .. bundle
                .Index.Images.Except(nodes)
                .Where(other => other.Names.Count > 0 && other.Platforms.All(platform => platform.Kubernetes is null)),
        ];
        string[] wanted = [.. nodes.Concat(others).Select(listed => listed.DisplayName)];
        if (wanted.Length > 0)
            await LoadAsync(bundle, new BundleLoadRequest(file, ["docker-daemon:"]) { Images = wanted }, cancellationToken)
                .ConfigureAwait(false);
        await trust.RememberAsync(said, cancellationToken).ConfigureAwait(false);
        return [.. others.Select(other => other.DisplayName)];
    }

    private static bool IsCalled(BundledImage image, string name) =>
        image.Names.Contains(name)
        || (ImageReference.TryParse(name, out ImageReference? reference) && image.Names.Contains(reference.ToString()));

    private static string OnlyNodeImage(BundleFile bundle)
    {
        Platform machine = new(DebianArchitecture.OfThisMachine, "linux");
        BundledImage[] fit =
        [
            .. bundle.Index.Images.Where(image =>
                image.Names.Count > 0
                && image.Platforms.Any(platform =>
                    platform.Kubernetes is not null && Platform.TryParse(platform.Platform, out Platform? own) && machine.Accepts(own)
                )
            ),
        ];
        return fit is [{ } only]
            ? only.DisplayName
            : throw new NodeForgeException(
                new Diagnostic(
                    ErrorCodes.BundleLacksNodeImage,
                    fit.Length == 0
                        ? "the bundle has no node image for this machine"
                        : "the bundle has several node images, and it is not said which"
                )
                {
                    Where = new(bundle.Place),
                    Got =
                        fit.Length == 0
                            ? string.Join(" ", bundle.Index.Images.Select(image => image.DisplayName))
                            : string.Join(" ", fit.Select(image => image.DisplayName)),
                    Want = machine.ToString(),
                    Hint = "name one with --image",
                }
            );
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

    private static async Task<IReadOnlyList<ImageToBundle>> ReadAsync(
        OpenedImages opened,
        ImageTransport place,
        IReadOnlyList<Platform> platforms,
        bool proven,
        CancellationToken cancellationToken
    )
    {
        IImageSource source = await opened.OpenAsync(place, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ImageEntry> entries = place.Name is null
            ? await source.ListAsync(cancellationToken).ConfigureAwait(false)
            : [await source.FindAsync(place.Name, cancellationToken).ConfigureAwait(false)];
        List<ImageToBundle> images = [];
        foreach (ImageEntry entry in entries)
        {
            IReadOnlyList<Image> all = await source.OpenAllAsync(entry, cancellationToken).ConfigureAwait(false);
            Image[] chosen = [.. all.Where(image => platforms.Count == 0 || platforms.Any(platform => platform.Accepts(image.Platform)))];
            if (chosen.Length == 0)
                throw PlatformChoice.Missing(
                    new($"{source.Place}, {entry.DisplayName}"),
                    platforms.Count == 0 ? Platform.LinuxAmd64 : platforms[0],
                    all.Select(image => image.Platform)
                );
            IReadOnlyList<Image> attached = await source.WithAttachedAsync(chosen, cancellationToken).ConfigureAwait(false);
            PlatformToBundle[] read =
            [
                .. await Task.WhenAll(
                        attached.Select(image =>
                            proven ? ProveAsync(image, cancellationToken) : Task.FromResult(new PlatformToBundle(image, null, []))
                        )
                    )
                    .ConfigureAwait(false),
            ];
            images.Add(
                new(
                    read,
                    !proven ? "--image"
                        : read.Any(platform => platform.Kubernetes is not null) ? "node image"
                        : "asked for"
                )
            );
        }

        return images;
    }

    // Found where the bundle is made, not where it was carried to.
    private static async Task<PlatformToBundle> ProveAsync(Image image, CancellationToken cancellationToken)
    {
        VerificationReport report = await ImageVerifier.VerifyAsync(image, cancellationToken).ConfigureAwait(false);
        Diagnostic[] problems =
        [
            .. report
                .Checks.Where(check => check.Group == ClosureGroup)
                .SelectMany(check => check.Findings)
                .Where(finding => finding.Severity == Severity.Error),
        ];
        if (problems.Length > 0)
            throw new NodeForgeException(problems);
        return new(
            image,
            report.KubernetesVersion,
            [
                .. report.Components.Select(component => new BundledComponent(
                    component.Name,
                    component.Origin,
                    image.Name,
                    component.Version
                )),
            ]
        );
    }

    // One that cannot be read is told here, too. It is read again when it is packed, and a pipe gives what it has once.
    private static FileToBundle ClusterFile(string path)
    {
        if (File.Exists(path))
            RegularFile.Open(path).Dispose();
        ClusterConfigReader.Read(path);
        return new(path, BundledItem.ClusterFile, "--cluster-file");
    }
}
