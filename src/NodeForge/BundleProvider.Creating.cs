using NodeForge.Bundles.Format;
using NodeForge.Bundles.Writing;
using NodeForge.Clusters.Configuration;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;
using NodeForge.Verification;
using NodeForge.Verification.Images;

namespace NodeForge;

/// <content>Images and files become bundles; node images only whole ones.</content>
public sealed partial class BundleProvider
{
    private const string ClosureGroup = "closure";

    // What makes a layer useless wherever it is carried.
    private static readonly ErrorCode[] WrongLayers =
    [
        ErrorCodes.ImageBlobMismatch,
        ErrorCodes.DiffIdMismatch,
        ErrorCodes.LayerMediaTypeMismatch,
        ErrorCodes.CompressedDataInvalid,
        ErrorCodes.ArchiveEntryRefused,
    ];

    /// <summary>images, files → bundle. Networked for images of a registry.</summary>
    /// <exception cref="NodeForgeException">A node image whose closure is open: one problem for each image that a cluster would lack; a
    /// layer that is not what its image says; what a source or the disk fails with.</exception>
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
            await WriteAsync(plan, options.Host.Resolve(output), request.Options, cancellationToken).ConfigureAwait(false)
        );
    }

    private async Task<WrittenBundle> WriteAsync(BundlePlan plan, string file, BundleOptions written, CancellationToken cancellationToken)
    {
        WrittenBundle bundle = await BundleWriter.WriteAsync(plan, file, written, reporter, cancellationToken).ConfigureAwait(false);
        BundleTrust.RemoveOther(file, bundle.Index);
        return bundle;
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
                            proven
                                ? ProveAsync(image, cancellationToken)
                                : Task.FromResult(new PlatformToBundle(image.WithLayersUnpacked(), null, []))
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
                .Checks.SelectMany(check => check.Findings, (check, finding) => (check.Group, Finding: finding))
                .Where(found => found.Group == ClosureGroup || WrongLayers.Contains(found.Finding.Code))
                .Select(found => found.Finding)
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
