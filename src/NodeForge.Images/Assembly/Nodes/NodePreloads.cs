using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>An image that the node shall have before it ever sees a network.</summary>
/// <param name="Name">Names its layer and its archive.</param>
/// <param name="Origin">Where it comes from, for the node's record.</param>
/// <param name="Image">Its content, in the store.</param>
/// <param name="References">What it is known by in the node, as the recipe or its origin writes it.</param>
internal sealed record NodePreload(string Name, string Origin, Image Image, IReadOnlyList<string> References)
{
    /// <summary>The manifest that it was found with, where it has another now.</summary>
    public Digest? SourceManifest { get; init; }

    /// <summary>Its files, where the recipe asks for them and they can be carried; null where containerd unpacks the image.</summary>
    public UnpackedImage? Unpacked { get; init; }
}

/// <summary>Opens every image to preload: those of the server tarball, those of recipes, and those from elsewhere.</summary>
internal sealed class NodePreloads(BuildEnvironment environment)
{
    public async Task<IReadOnlyList<NodePreload>> OpenAsync(
        NodeImagePlan plan,
        KubernetesRelease kubernetes,
        CancellationToken cancellationToken
    )
    {
        ImageOpener opener = new(environment);
        List<NodePreload> preloads =
        [
            .. kubernetes.Images.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => Released(pair.Key, pair.Value)),
        ];
        foreach (PreloadedImage image in plan.Recipe.Images)
            preloads.AddRange(await OpenAsync(plan, image, opener, cancellationToken).ConfigureAwait(false));
        PreloadNames.Require(preloads);
        KubeadmEntry.Refuse(KubeadmEntry.Problems(plan.Recipe, [.. preloads.SelectMany(preload => preload.References)]));
        IReadOnlyList<NodePreload> distinct = Distinct(preloads);
        if (plan.Recipe.Preload.Layers == PreloadedLayers.Uncompressed)
            distinct = await new UncompressedLayers(environment).ApplyAsync(distinct, cancellationToken).ConfigureAwait(false);
        return plan.Recipe.Preload.Unpack ? await Task.WhenAll(distinct.Select(UnpackAsync)).ConfigureAwait(false) : distinct;

        async Task<NodePreload> UnpackAsync(NodePreload preload) =>
            preload with
            {
                Unpacked = await UnpackedImage
                    .ReadAsync(preload.Image, preload.References[0], environment, cancellationToken)
                    .ConfigureAwait(false),
            };

        NodePreload Released(string name, Image image) =>
            new(name, kubernetes.Origin, image, WithKubeadmsNames(image.Texts(), plan.Platform));
    }

    // Upstream names a release's images registry.k8s.io/kube-apiserver-amd64 (build/lib/release.sh); kubeadm asks for
    // registry.k8s.io/kube-apiserver, and a node has no
    // registry to ask.
    private static string[] WithKubeadmsNames(IReadOnlyList<string> references, Platform platform)
    {
        string suffix = $"-{platform.Architecture}:";
        return [.. references.Concat(references.Select(reference => reference.Replace(suffix, ":", StringComparison.Ordinal))).Distinct()];
    }

    // The name is a file's and a layer's: two images of one last word, from two registries, must not replace each other.
    private static List<NodePreload> Distinct(List<NodePreload> preloads)
    {
        HashSet<string> taken = [.. preloads.GroupBy(preload => preload.Name).Where(group => group.Count() > 1).Select(group => group.Key)];
        return
        [
            .. preloads.Select(preload =>
                taken.Contains(preload.Name) ? preload with { Name = $"{preload.Name}-{preload.Image.Id.ShortHex}" } : preload
            ),
        ];
    }

    private async Task<IReadOnlyList<NodePreload>> OpenAsync(
        NodeImagePlan plan,
        PreloadedImage image,
        ImageOpener opener,
        CancellationToken cancellationToken
    )
    {
        if (image.Recipe is { } recipe)
        {
            Image built = await new ContainerImageAssembler(environment)
                .AssembleAsync(plan.Images[recipe.File], new Dictionary<string, ActionOutput>(), cancellationToken)
                .ConfigureAwait(false);
            return [new(recipe.Name, recipe.Name, built, image.Tags.Count > 0 ? image.Tags : plan.Images[recipe.File].Recipe.Tags)];
        }

        bool unpacked = plan.Recipe.Preload.Unpack || plan.Recipe.Preload.Layers == PreloadedLayers.Uncompressed;
        if (image.OfKubeadm)
        {
            return await Task.WhenAll(
                    plan.OfKubeadm.Select(async locked =>
                        Preload(
                            locked.Reference,
                            await opener.OpenLockedAsync(locked, plan.Platform, unpacked, cancellationToken).ConfigureAwait(false),
                            []
                        )
                    )
                )
                .ConfigureAwait(false);
        }

        Image opened = await opener.OpenAsync(image.Image!, plan.Part, plan.Platform, unpacked, cancellationToken).ConfigureAwait(false);
        return [Preload(image.Image!.Text, opened, image.Tags)];
    }

    private static NodePreload Preload(string origin, Image image, IReadOnlyList<string> tags)
    {
        IReadOnlyList<string> references = tags.Count > 0 ? tags : image.Texts();
        string reference = references.Count > 0 ? references[0] : origin;
        string last = reference[(reference.LastIndexOf('/') + 1)..];
        return new(last.Split('@')[0].Replace(':', '-'), origin, image, references);
    }
}
