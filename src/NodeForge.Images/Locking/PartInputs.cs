using System.Text;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge.Images.Locking;

/// <summary>The digest over what a part's entries follow from: while it stays, there is nothing new to resolve.</summary>
internal static class PartInputs
{
    public static async Task<Digest> OfAsync(Recipe recipe, Platform platform, LockOptions options, CancellationToken cancellationToken)
    {
        IEnumerable<string> lines = recipe switch
        {
            BaseImageRecipe image => ["installed", .. Lines(image.Debian)],
            ContainerImageRecipe { Debian: { } debian } => ["extracted", .. Lines(debian.From)],
            // What a build makes follows from its script, its images and all else in it.
            KubernetesBuildRecipe build =>
            [
                "build",
                (await options.DigestOf(build, cancellationToken).ConfigureAwait(false)).ToString(),
                .. build.Source is null ? [build.Version] : Array.Empty<string>(), // a node recipe may choose it
            ],
            NodeImageRecipe node =>
            [
                "node",
                .. Urls(node, platform).Select(file => string.Join(' ', new[] { file.Name, file.Url, file.Checksums }.OfType<string>())),
                .. Images(node).Select(image => $"{image.Text} {image.Digest}"),
                .. await OfKubeadmAsync(node, options, cancellationToken).ConfigureAwait(false),
            ],
            _ => ["nothing"],
        };
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
    }

    // What kubeadm answers follows from the release; one of this machine is covered by the recipe's digest.
    private static async Task<IReadOnlyList<string>> OfKubeadmAsync(
        NodeImageRecipe node,
        LockOptions options,
        CancellationToken cancellationToken
    ) =>
        node switch
        {
            _ when !node.Images.Any(image => image.OfKubeadm) => [],
            { Kubernetes.Release: not null } => ["kubeadm"],
            _ => ["kubeadm", (await options.DigestOf(node, cancellationToken).ConfigureAwait(false)).ToString()],
        };

    /// <summary>The files that a node recipe names by address.</summary>
    public static IEnumerable<(string Name, string Url, string? Checksums)> Urls(NodeImageRecipe node, Platform platform)
    {
        if (node.Kubernetes.Release is { } release)
            yield return ("kubernetes", Fill(release), null);
        foreach (ComponentSource component in node.Components.Where(component => component.Url is not null))
            yield return (component.Name, Fill(component.Url!), component.Checksums is { } checksums ? Fill(checksums) : null);

        string Fill(string template) =>
            template
                .Replace("{version}", node.Kubernetes.Version, StringComparison.Ordinal)
                .Replace("{architecture}", platform.Architecture, StringComparison.Ordinal);
    }

    /// <summary>The images of registries that a node recipe names. Those of this machine's files are covered by the recipe's
    /// digest.</summary>
    public static IEnumerable<ImageSource> Images(NodeImageRecipe node) =>
        node
            .Images.Select(image => image.Image)
            .Prepend(node.Base.Image)
            .OfType<ImageSource>()
            .Where(image => image.LocalPath is null)
            .DistinctBy(image => image.Text);

    /// <summary>What a recipe itself names and may be updated by.</summary>
    public static IEnumerable<string> NamesOf(Recipe recipe) =>
        recipe switch
        {
            BaseImageRecipe image => image.Debian.Packages,
            ContainerImageRecipe { Debian: { } debian } => debian.From.Packages,
            KubernetesBuildRecipe build =>
            [
                .. build.Toolchain.Packages,
                .. build.Source is { } source ? [source.Package] : Array.Empty<string>(),
            ],
            NodeImageRecipe node => Urls(node, Platform.LinuxAmd64)
                .Select(file => file.Name)
                .Concat(Images(node).Select(image => image.Text)),
            _ => [],
        };

    private static IEnumerable<string> Lines(DebianPackages packages) =>
        [
            $"{packages.Suite} updates={packages.Updates} security={packages.Security} snapshot={packages.Snapshot}",
            string.Join(' ', packages.Components.Order(StringComparer.Ordinal)),
            string.Join(' ', packages.Packages.Order(StringComparer.Ordinal)),
        ];
}
