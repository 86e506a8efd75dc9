using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>kubelet, kubeadm, kubectl, containerd and runc are those of the record, by their bytes and by what they say of themselves, and
/// go together.</summary>
internal sealed class ProgramVersionCheck : ImageCheck
{
    private static readonly string[] OfKubernetes = ["kubeadm", "kubelet", "kubectl"];

    public override string Group => "versions";

    public override string Name => "programs";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        if (!image.IsNode)
        {
            findings.Skip("no node image");
            return;
        }

        Dictionary<string, KubernetesVersion> said = [];
        List<string> told = [];
        foreach (string program in OfKubernetes)
            CheckKubernetes(image, findings, program, said, told);
        CheckSkew(image, findings, said);
        CheckRuntime(image, findings, told);
        findings.Summary = string.Join(", ", told);
    }

    private static void CheckKubernetes(
        ExaminedImage image,
        Findings findings,
        string program,
        Dictionary<string, KubernetesVersion> said,
        List<string> told
    )
    {
        if (NodeVersions.Find(image, program) is not { } found)
        {
            findings.Add(
                new(ErrorCodes.ProgramVersionDiffers, $"the node image has no '{program}'")
                {
                    Where = image.Where("usr/bin/" + program),
                    Want = image.KindVersion,
                }
            );
            return;
        }

        RecordedComponent? recorded = image.Record?.Component(program);
        if (recorded?.Digest is { } want && found.Facts.Digest is { } got && got != want)
            findings.Add(
                new(ErrorCodes.ProgramDigestDiffers, $"'{program}' is not the program that the record names")
                {
                    Where = image.Where(found.Path),
                    Got = got.ToString(),
                    Want = want.ToString(),
                }
            );
        string[] stamps = [.. NodeVersions.Stamps(image, program).Where(static stamp => stamp[0] == 'v')];
        string? expected = recorded?.Version ?? image.KindVersion;
        told.Add($"{program} {(stamps.Length > 0 ? string.Join(' ', stamps) : "of a version that it does not say")}");
        if (stamps.FirstOrDefault(stamp => stamp == expected) is null && stamps.Length > 0 && expected is not null)
            findings.Add(
                new(ErrorCodes.ProgramVersionDiffers, $"'{program}' says of itself that it is of another version")
                {
                    Where = image.Where(found.Path),
                    Got = string.Join(' ', stamps),
                    Want = expected,
                }
            );
        foreach (string stamp in stamps.OrderByDescending(stamp => stamp == expected))
        {
            if (KubernetesVersion.TryParse(stamp, out KubernetesVersion version))
            {
                said[program] = version;
                break;
            }
        }
    }

    // https://kubernetes.io/releases/version-skew-policy/, "kubelet", "kubectl", "kubeadm's skew against the kubelet".
    private static void CheckSkew(ExaminedImage image, Findings findings, Dictionary<string, KubernetesVersion> said)
    {
        if (NodeVersions.Kubernetes(image) is not { } cluster)
            return;
        if (said.TryGetValue("kubelet", out KubernetesVersion kubelet) && !kubelet.MayServe(cluster))
            findings.Add(
                Skew(
                    image,
                    "kubelet",
                    kubelet,
                    cluster,
                    $"v{cluster.Major}.{cluster.Minor} or up to {KubernetesVersion.KubeletsBehind(cluster)} minor versions before it"
                )
            );
        if (said.TryGetValue("kubeadm", out KubernetesVersion kubeadm) && !kubeadm.IsSameMinor(cluster))
            findings.Add(Skew(image, "kubeadm", kubeadm, cluster, $"v{cluster.Major}.{cluster.Minor}"));
        if (said.TryGetValue("kubectl", out KubernetesVersion kubectl) && kubectl.MinorsAheadOf(cluster) is not (-1 or 0 or 1))
            findings.Add(Skew(image, "kubectl", kubectl, cluster, $"v{cluster.Major}.{cluster.Minor}, or one minor version beside it"));
    }

    private static Diagnostic Skew(ExaminedImage image, string program, KubernetesVersion got, KubernetesVersion cluster, string want) =>
        new(ErrorCodes.VersionsTooFarApart, $"'{program}' does not go with Kubernetes {cluster}")
        {
            Where = image.Where(NodeVersions.Find(image, program)!.Value.Path),
            Got = got.ToString(),
            Want = want,
        };

    private static void CheckRuntime(ExaminedImage image, Findings findings, List<string> told)
    {
        foreach (string program in new[] { "containerd", "runc" })
        {
            IReadOnlyList<string> stamps = NodeVersions.Stamps(image, program);
            RecordedComponent? recorded = image.Record?.Component(program);
            string? expected = recorded?.Version;
            told.Add($"{program} {expected ?? (stamps is [var first, ..] ? first : "of a version that nobody says")}");
            // A package's version is longer than what its program says.
            if (
                expected is not null
                && stamps.Count > 0
                && SoftwareVersion.Of(expected) is { } want
                && stamps.All(stamp => SoftwareVersion.Of(stamp) != want)
            )
                findings.Add(
                    new(ErrorCodes.ProgramVersionDiffers, $"'{program}' says of itself that it is of another version")
                    {
                        Where = image.Where(NodeVersions.Find(image, program)!.Value.Path),
                        Got = string.Join(' ', stamps),
                        Want = expected,
                    }
                );
        }

        if (
            NodeVersions.Kubernetes(image) is { } version
            && Changes.ContainerdTwo.HoldsFor(version)
            && NodeVersions.Containerd(image) is { } containerd
            && NodeImageLabels.MajorOf(containerd) is < 2
        )
            findings.Add(
                new(ErrorCodes.RuntimeTooOld, $"the kubelet of {version} does not run on the image's containerd")
                {
                    Where = image.Where("usr/bin/containerd"),
                    Got = $"containerd {containerd}",
                    Want = "containerd 2.0 or newer",
                }
            );
    }
}
