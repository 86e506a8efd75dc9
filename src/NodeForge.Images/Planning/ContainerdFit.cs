using NodeForge.Kubernetes;

namespace NodeForge.Images.Planning;

/// <summary>Whether a node's kubelet runs on the containerd that is beside it.</summary>
internal static class ContainerdFit
{
    private const string Name = "containerd";

    /// <summary>The plan, where they fit or one of the two is not known.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ContainerdTooOld"/>.</exception>
    public static NodeImagePlan Check(NodeImagePlan plan)
    {
        if (
            !KubernetesVersion.TryParse(plan.Recipe.Kubernetes.Version, out KubernetesVersion version)
            || !Changes.ContainerdTwo.HoldsFor(version)
            || VersionIn(plan) is not { } containerd
            || NodeImageLabels.MajorOf(containerd) is not < 2
        )
            return plan;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.ContainerdTooOld, $"the kubelet of {version} does not run on the node's containerd")
            {
                Where = new(plan.Recipe.File),
                Got = $"containerd {containerd}",
                Want = "containerd 2.0 or newer",
                Hint = ErrorCodes.ContainerdTooOld.Remedy,
            }
        );
    }

    // A component of the recipe's own lies over the base's package; one that does not say its version is not known.
    public static string? VersionIn(NodeImagePlan plan) =>
        plan.Recipe.Components.FirstOrDefault(component => component.Name == Name) is { } component
            ? component.Version
            : plan.Base?.Rootfs.Part.Packages.FirstOrDefault(package => package.Name == Name)?.Version;
}
