using System.Text.RegularExpressions;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>containerd and the kubelet mean the same sandbox image and the same cgroup driver.</summary>
internal sealed partial class RuntimeAgreementCheck : ImageCheck
{
    public override string Group => "runtime";

    public override string Name => "containerd and the kubelet";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        if (
            !image.IsNode
            || RuntimeConfiguration.Read(image).Configuration is not { } configuration
            || NodeVersions.Kubernetes(image) is not { } version
        )
        {
            findings.Skip("no configuration, or no version of Kubernetes, to hold it against");
            return;
        }

        string? sandbox = EffectiveSandboxImage(image, configuration);
        CheckSandbox(image, findings, version, sandbox);
        bool systemd = EffectiveSystemdCgroup(image, configuration);
        CheckCgroups(image, findings, version, systemd);
        findings.Summary = $"pods begin with {sandbox ?? "containerd's own sandbox image"}, cgroups by {Driver(systemd)}";
    }

    /// <summary>What containerd starts pods with once the entrypoint has put the image's settings into the file: it changes lines that are
    /// there (boot/containerd.sh).</summary>
    public static string? EffectiveSandboxImage(ExaminedImage image, RuntimeConfiguration configuration) =>
        image.Settings.SandboxImage is { } set && SandboxLine().IsMatch(image.Text(NodeFiles.RuntimeConfiguration) ?? "")
            ? set
            : configuration.SandboxImage;

    private static bool EffectiveSystemdCgroup(ExaminedImage image, RuntimeConfiguration configuration) =>
        image.Settings.SystemdCgroup is { } set && CgroupLine().IsMatch(image.Text(NodeFiles.RuntimeConfiguration) ?? "")
            ? set
            : configuration.SystemdDriver ?? false;

    private static void CheckSandbox(ExaminedImage image, Findings findings, KubernetesVersion version, string? sandbox)
    {
        if (sandbox is null || KubeadmImages.Of(version) is not { } wanted)
            return;
        string got = Normal(sandbox);
        string want = Normal(wanted.PauseReference);
        if (got != want)
            findings.Add(
                new(ErrorCodes.SandboxImageDiffers, "containerd begins pods with another image than kubeadm knows")
                {
                    Severity = wanted.IsCertain ? Severity.Error : Severity.Warning,
                    Where = image.Where(image.Settings.SandboxImage is null ? NodeFiles.RuntimeConfiguration : NodeFiles.Settings),
                    Got = got,
                    Want = want,
                }
            );
        Match flag = PodInfraImage().Match(image.Settings.KubeletArguments + " " + image.Text("etc/default/kubelet"));
        if (flag.Success && Normal(flag.Groups[1].Value) is var ofKubelet && ofKubelet != got)
            findings.Add(
                new(ErrorCodes.SandboxImageDiffers, "the kubelet keeps another sandbox image from being collected than containerd uses")
                {
                    Where = image.Where(NodeFiles.Settings),
                    Got = ofKubelet,
                    Want = got,
                }
            );
    }

    // Clusters of NodeForge and of kind tell the kubelet the driver of its version; a flag would win.
    private static void CheckCgroups(ExaminedImage image, Findings findings, KubernetesVersion version, bool systemd)
    {
        Match flag = CgroupFlag().Match(image.Settings.KubeletArguments + " " + image.Text("etc/default/kubelet"));
        bool kubelet = flag.Success ? flag.Groups[1].Value == "systemd" : Changes.SystemdCgroupDriver.HoldsFor(version);
        if (kubelet != systemd)
            findings.Add(
                new(ErrorCodes.CgroupDriversDiffer, "containerd and the kubelet manage cgroups in two ways")
                {
                    Where = image.Where(image.Settings.SystemdCgroup is null ? NodeFiles.RuntimeConfiguration : NodeFiles.Settings),
                    Got = $"containerd with {Driver(systemd)}",
                    Want = $"{Driver(kubelet)}, as the kubelet of {version}",
                }
            );
    }

    private static string Driver(bool systemd) => systemd ? "systemd" : "cgroupfs";

    private static string Normal(string reference) =>
        ImageReference.TryParse(reference, out ImageReference? parsed) ? parsed.ContainerdName : reference;

    [GeneratedRegex(@"^\s*sandbox_image\s*=", RegexOptions.Multiline)]
    private static partial Regex SandboxLine();

    [GeneratedRegex(@"^\s*SystemdCgroup\s*=", RegexOptions.Multiline)]
    private static partial Regex CgroupLine();

    [GeneratedRegex(@"--pod-infra-container-image[= ](\S+)")]
    private static partial Regex PodInfraImage();

    [GeneratedRegex(@"--cgroup-driver[= ](\w+)")]
    private static partial Regex CgroupFlag();
}
