using NodeForge.Clusters.Configuration;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the images' Kubernetes can make the cluster: alone, with each other, with their containerd, on the host's
/// cgroups.</summary>
internal sealed class KubernetesCheck : IMachineCheck
{
    // systemd 256 and later run on cgroup v2 alone (its NEWS, "CHANGES WITH 256").
    private const int SystemdWithoutCgroup1 = 256;

    public string Name => "kubernetes";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Engine is not { } engine)
            return CheckResult.NotLookedAt(MachineFacts.NoEngine);
        CarriedKubernetes[] images = [.. engine.Images.Select(CarriedKubernetes.Of).OfType<CarriedKubernetes>()];
        if (images.Length == 0)
            return CheckResult.NotLookedAt(engine.Images.Count == 0 ? "no image is named" : "no image says which it has");
        Dictionary<string, CarriedKubernetes> named = images.ToDictionary(image => image.Reference);
        (NodeRole Role, CarriedKubernetes Image)[] nodes =
        [
            .. facts
                .Config.Nodes.Select(node =>
                    (node.Role, Image: named.GetValueOrDefault(node.Image ?? engine.NodeImage?.Reference ?? string.Empty))
                )
                .Where(node => node.Image is not null)
                .Select(node => (node.Role, node.Image!)),
        ];
        return new(
            string.Join(", ", images.Select(image => image.Version).Distinct().Order()),
            [.. images.SelectMany(image => OfImage(image, engine.Information.CgroupVersionNumber)), .. Skew(nodes)]
        );
    }

    /// <summary>What stands in the way of an image by itself.</summary>
    /// <param name="image">The image.</param>
    /// <param name="cgroups">The host's version of cgroups; 0 where it is not known.</param>
    internal static IEnumerable<Diagnostic> OfImage(CarriedKubernetes image, int cgroups)
    {
        KubernetesVersion version = image.Version;
        if (!version.IsAtLeast(1, Changes.OldestMinor))
            yield return Refused(
                image,
                "this Kubernetes is too old",
                version.ToString(),
                $"v1.{Changes.OldestMinor} or newer",
                "take an image of a newer release"
            );
        if (version.IsAtLeast(1, Changes.NewestMinor + 1))
        {
            yield return Refused(
                image,
                "this Kubernetes is newer than any that NodeForge knows: it is treated as the newest that it does",
                version.ToString(),
                $"v1.{Changes.NewestMinor} or older",
                "take a newer NodeForge, should the cluster not come up"
            ) with
            {
                Severity = Severity.Warning,
            };
        }

        if (Changes.ContainerdTwo.HoldsFor(version) && NodeImageLabels.MajorOf(image.Containerd) is < 2)
            yield return Refused(
                image,
                $"the kubelet of {version} needs containerd 2",
                $"containerd {image.Containerd}",
                "containerd 2.0 or newer",
                "build the image on a base with containerd 2"
            );
        if (cgroups != 1)
            yield break;
        if (NodeImageLabels.MajorOf(image.Systemd) is >= SystemdWithoutCgroup1)
            yield return Refused(
                image,
                "this host has cgroup v1, on which the image's systemd does not run",
                $"systemd {image.Systemd}",
                $"systemd before {SystemdWithoutCgroup1}",
                "take an image of Debian bookworm, or boot the host with systemd.unified_cgroup_hierarchy=1"
            );
        if (Changes.FailsOnCgroupV1.HoldsFor(version))
            yield return OnCgroup1(image);
    }

    private static Diagnostic OnCgroup1(CarriedKubernetes image) =>
        Changes.FailCgroupV1Field.HoldsFor(image.Version)
            ? Refused(
                image,
                "this host has cgroup v1, which Kubernetes has given up: its kubelet runs there only because failCgroupV1 is set to false",
                $"{image.Version} on cgroup v1",
                "cgroup v2",
                "boot the host with systemd.unified_cgroup_hierarchy=1"
            ) with
            {
                Severity = Severity.Warning,
            }
            : Refused(
                image,
                "this host has cgroup v1, on which the kubelet does not run",
                $"{image.Version} on cgroup v1",
                "cgroup v2",
                "boot the host with systemd.unified_cgroup_hierarchy=1"
            );

    // Kubernetes' version skew policy: API servers within one minor version, kubelets not newer than any of them and at most so much older.
    private static IEnumerable<Diagnostic> Skew((NodeRole Role, CarriedKubernetes Image)[] nodes)
    {
        CarriedKubernetes[] planes =
        [
            .. nodes
                .Where(node => node.Role == NodeRole.ControlPlane)
                .Select(node => node.Image)
                .DistinctBy(image => image.Reference)
                .OrderBy(image => image.Version),
        ];
        if (planes.Length == 0)
            yield break;
        if (planes[^1].Version.MinorsAheadOf(planes[0].Version) is null or > 1)
            yield return Refused(
                planes[^1],
                "control planes are more than one minor version apart",
                planes[^1].Version.ToString(),
                $"within one minor version of {planes[0].Version}",
                "give them images of the same release"
            );
        CarriedKubernetes[] workers =
        [
            .. nodes.Where(node => node.Role == NodeRole.Worker).Select(node => node.Image).DistinctBy(image => image.Reference),
        ];
        foreach (CarriedKubernetes worker in workers)
        {
            if (planes.FirstOrDefault(plane => !worker.Version.MayServe(plane.Version)) is { } plane)
                yield return Refused(
                    worker,
                    "a worker's kubelet does not fit the control plane's API server",
                    $"{worker.Version} for {plane.Version}",
                    $"not newer, and at most {KubernetesVersion.KubeletsBehind(plane.Version)} minor versions older",
                    "give the nodes images of the same release"
                );
        }
    }

    private static Diagnostic Refused(CarriedKubernetes image, string what, string got, string want, string hint) =>
        new(ErrorCodes.KubernetesUnsupported, what)
        {
            Where = new(image.Reference),
            Got = got,
            Want = want,
            Hint = hint,
        };
}

/// <summary>What an image says that it carries.</summary>
/// <param name="Containerd">Null where it does not say.</param>
/// <param name="Systemd">Null where it does not say.</param>
internal sealed record CarriedKubernetes(string Reference, KubernetesVersion Version, string? Containerd = null, string? Systemd = null)
{
    /// <returns>Null for an image that is not there or says nothing.</returns>
    public static CarriedKubernetes? Of(WantedImage image) =>
        image.Details?.Config?.Labels is { } labels
        && KubernetesVersion.TryParse(labels.GetValueOrDefault(NodeImageLabels.Kubernetes), out KubernetesVersion version)
            ? new(
                image.Reference,
                version,
                labels.GetValueOrDefault(NodeImageLabels.Containerd),
                labels.GetValueOrDefault(NodeImageLabels.Systemd)
            )
            : null;
}
