using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Clusters.Configuration;
using NodeForge.Images.Debian;
using NodeForge.Oci;
using NodeForge.Signing.Predicates;

namespace NodeForge;

/// <content>What clusters and their nodes take from a bundle.</content>
public sealed partial class BundleProvider
{
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
}
