using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Planning;

/// <summary>What kubeadm wants in a node beside its release's images: which locked images stand for it, and whether all of it is
/// there.</summary>
/// <remarks>kubeadm pulls what it does not find, and tells of it after minutes where nothing can be pulled.</remarks>
internal static class KubeadmEntry
{
    /// <summary>The images of the lock that no entry of the recipe names itself, where the recipe leaves them to kubeadm.</summary>
    public static IReadOnlyList<LockedImage> LockedFor(NodeImageRecipe recipe, LockedPart part)
    {
        if (!recipe.Images.Any(image => image.OfKubeadm))
            return [];
        HashSet<string> named =
        [
            .. recipe.Images.Select(image => image.Image).Append(recipe.Base.Image).OfType<ImageSource>().Select(image => image.Text),
        ];
        return [.. part.Images.Where(image => !named.Contains(image.Reference))];
    }

    /// <summary>The plan with what is to be told of it.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NodeLacksImages"/>, one for each image.</exception>
    public static NodeImagePlan Check(NodeImagePlan plan)
    {
        IReadOnlyList<string>?[] names = [.. plan.Recipe.Images.Where(image => !image.OfKubeadm).Select(image => image.Names)];
        if (names.Contains(null)) // an archive says its names when it is read
            return plan;
        IEnumerable<string> ofKubeadm = plan.OfKubeadm.Select(image => image.Reference[ImageSource.RegistryTransport.Length..]);
        IReadOnlyList<Diagnostic> problems = Problems(plan.Recipe, [.. names.SelectMany(list => list!), .. ofKubeadm]);
        return plan with { Warnings = Refuse(problems) };
    }

    /// <summary>What of kubeadm's images a node lacks.</summary>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="names">Every name that it knows an image by.</param>
    public static IReadOnlyList<Diagnostic> Problems(NodeImageRecipe recipe, IReadOnlyCollection<string> names)
    {
        // What kubeadm itself was asked for at lock time is right, whatever is on record here.
        if (
            !recipe.HeldAgainstKubeadm
            || recipe.Images.Any(image => image.OfKubeadm)
            || !KubernetesVersion.TryParse(recipe.Kubernetes.Version, out KubernetesVersion version)
            || KubeadmImages.Of(version) is not { } wanted
        )
            return [];
        HashSet<string> known =
        [
            .. names.Select(name => ImageReference.TryParse(name, out ImageReference? reference, out _) ? reference.ContainerdName : name),
        ];
        return
        [
            .. wanted
                .References.Where(reference => !known.Contains(reference))
                .Select(reference => Lacks(recipe, wanted, reference, known))
                .OfType<Diagnostic>(),
        ];
    }

    /// <summary>Throws the errors among the problems.</summary>
    /// <returns>The others.</returns>
    public static IReadOnlyList<Diagnostic> Refuse(IReadOnlyList<Diagnostic> problems) =>
        problems.Any(problem => problem.Severity == Severity.Error)
            ? throw new NodeForgeException([.. problems.Where(problem => problem.Severity == Severity.Error)])
            : problems;

    private static Diagnostic? Lacks(NodeImageRecipe recipe, KubeadmImages wanted, string reference, HashSet<string> known)
    {
        string repository = reference[..reference.LastIndexOf(':')];
        string last = reference[(reference.LastIndexOf('/') + 1)..].Split(':')[0];
        string[] others =
        [
            .. known
                .Where(name => name.StartsWith(repository, StringComparison.Ordinal) && name[repository.Length] is ':' or '@')
                .Order(StringComparer.Ordinal),
        ];
        // A cluster can do without DNS: then its add-on is left out when the cluster is made.
        bool optional = reference == wanted.DnsReference && !known.Any(name => name.Contains("coredns", StringComparison.Ordinal));
        // Where every image is made by a recipe there is none to be had from elsewhere: it is left out on purpose.
        if (optional && recipe.Images.Count > 0 && recipe.Images.All(image => image.Recipe is not null))
            return null;
        return new(
            optional ? ErrorCodes.NodeLacksDns : ErrorCodes.NodeLacksImages,
            optional
                ? "the node has no CoreDNS: pods of its clusters find services by address, not by name"
                : $"the node has no {last} of the name that kubeadm {recipe.Kubernetes.Version} asks for"
        )
        {
            Severity = optional || !wanted.IsCertain ? Severity.Warning : Severity.Error,
            Where = new(recipe.File),
            Got = others.Length == 0 ? $"no {last}" : string.Join(", ", others),
            Want = reference,
            Hint = optional ? "write {kubeadm: true} into images to have it" : ErrorCodes.NodeLacksImages.Remedy,
        };
    }
}
